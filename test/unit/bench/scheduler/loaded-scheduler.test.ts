import { expect, test } from 'vitest';
import { LoadedScheduler } from '../../../../src/bench/scheduler/loaded-scheduler.ts';
import { measureOverhead } from '../../../../src/bench/scheduler/measure-overhead.ts';
import { readBuiltInProfile } from '../../../../src/simulation/index.ts';

test('every measured step decodes a token for each row, behind a queue of one length', async () => {
  const load = await LoadedScheduler.create(await readBuiltInProfile('cpu-135m'), 8, 40, false);
  expect(load.waiting).toBe(40);
  const before = load.tokens;
  for (let i = 0; i < 20; i++) {
    const { overheadMs, modelMs } = await load.step();
    // Eight rows, at whatever precision.
    expect(modelMs).toBeGreaterThan(10);
    expect(overheadMs).toBeGreaterThan(0);
  }
  expect(load.tokens - before).toBe(8 * 20);
  expect(load.waiting).toBe(40);
});

test('overheads come by length of the queue', async () => {
  const profile = await readBuiltInProfile('cpu-135m');
  const overheads = await measureOverhead({ profile, decoding: 2, queued: [1, 5], rounds: 2, steps: 5 });
  expect(overheads.map(({ queued, pressed }) => [queued, pressed])).toEqual([
    [1, false],
    [5, false],
    [1, true],
    [5, true],
  ]);
  for (const { medianMs, medianRangeMs, p99Ms, share } of overheads) {
    expect(medianRangeMs[0]).toBeLessThanOrEqual(medianMs);
    expect(medianRangeMs[1]).toBeGreaterThanOrEqual(medianMs);
    expect(Math.min(p99Ms, share)).toBeGreaterThan(0);
  }
});
