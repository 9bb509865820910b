import type { Figure } from '../plot/index.ts';
import type { LogRecord } from './training-log.ts';

/** Points of the training curve: each the mean over as many steps as it takes to come to so few. */
const MOST_POINTS = 200;

/** Loss against tokens: training, smoothed, and held-out. */
export function lossFigure(name: string, records: readonly LogRecord[]): Figure {
  const steps = records.filter(({ kind }) => kind === 'step');
  const heldOut = records.filter(({ kind }) => kind === 'held-out');
  const size = Math.max(1, Math.ceil(steps.length / MOST_POINTS));
  const means = Array.from({ length: Math.ceil(steps.length / size) }, (_, i) => {
    const part = steps.slice(i * size, (i + 1) * size);
    const loss = part.reduce((sum, record) => sum + record.loss, 0) / part.length;
    return { x: millions(part.at(-1)!.tokens), y: loss };
  });
  const last = heldOut.at(-1);
  return {
    title: `${name}: training`,
    subtitle: last ? `held-out loss ${last.loss.toFixed(3)} nats per token at the end` : '',
    panels: [
      {
        title: 'Loss',
        x: { label: 'tokens, millions', scale: 'linear' },
        y: { label: 'cross-entropy, nats per token', scale: 'linear' },
        series: [
          { name: 'training', kind: 'line', points: means },
          {
            name: 'held out',
            kind: 'line',
            dashed: true,
            points: heldOut.map(({ tokens, loss }) => ({ x: millions(tokens), y: loss })),
          },
        ],
      },
    ],
  };
}

function millions(tokens: number): number {
  return tokens / 1e6;
}
