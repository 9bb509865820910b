import { expect, test } from 'vitest';
import { AdamW } from '../../../src/calibration/adamw.ts';
import { ParameterSet } from '../../../src/calibration/parameter-set.ts';

const RATE = 0.01;

test('a parameter that sits steps out moves, when it is back, as it would have without a pause', () => {
  const set = new ParameterSet();
  for (const name of ['often', 'seldom']) set.add(name, 'clipping', [1], Float32Array.of(0));
  const learningRate = { clipping: RATE, fused: 0, live: 0 };
  // So long a schedule that it stays at its start.
  const optimizer = new AdamW({ learningRate, totalSteps: 1e9, weightDecay: 0 });
  const slope = Float32Array.of(3);
  const [often, seldom] = [set.get('often'), set.get('seldom')];
  for (let step = 0; step < 9; step++) optimizer.update([often], { often: slope });
  optimizer.update([often, seldom], { often: slope, seldom: slope });
  // Of a gradient that never changes Adam makes steps of exactly the rate.
  expect(often.data[0]).toBeCloseTo(-10 * RATE, 6);
  expect(seldom.data[0]).toBeCloseTo(-RATE, 6);
});
