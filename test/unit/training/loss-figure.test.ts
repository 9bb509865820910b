import { expect, test } from 'vitest';
import { lossFigure } from '../../../src/training/loss-figure.ts';
import type { LogRecord } from '../../../src/training/training-log.ts';

test('draws means of neighbouring steps, and every held-out loss', () => {
  const records: LogRecord[] = Array.from({ length: 1000 }, (_, step) => ({
    kind: 'step',
    step,
    tokens: (step + 1) * 1000,
    loss: step % 2,
    gradientNorm: 1,
    learningRate: 1,
  }));
  records.push({ kind: 'held-out', step: 999, tokens: 1e6, loss: 2.5 });
  const { panels, subtitle } = lossFigure('m', records);
  const [training, heldOut] = panels[0]?.series ?? [];
  expect(training?.points).toHaveLength(200);
  expect(training?.points.at(-1)).toEqual({ x: 1, y: 0.6 });
  expect(heldOut?.points).toEqual([{ x: 1, y: 2.5 }]);
  expect(subtitle).toContain('2.500');
});
