import { mkdtemp, rm, stat, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BENCH_PLANES, benchPrecision } from '../../../src/bench/engine/bench-precision.ts';
import { openRandomModel, writeRandomModel } from '../../../src/bench/engine/random-model.ts';
import { RunnerBench } from '../../../src/bench/engine/runner-bench.ts';
import { FULL_BATCH, SCENARIOS, type Scenario } from '../../../src/bench/engine/scenarios.ts';
import { SHAPE_135M } from '../../../src/bench/engine/shape-135m.ts';
import { type CpuRunner, openRunner } from '../../../src/engine/index.ts';

/** Small, but with room for the longest scenario and for every prompt id. */
const SMALL = {
  ...SHAPE_135M,
  hiddenSize: 64,
  intermediateSize: 64,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 32,
  vocabSize: 8192,
};

describe('the engine benchmark on a small random model', () => {
  let folder: string;
  let runner: CpuRunner;
  let bench: RunnerBench;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quept-bench-'));
    await writeRandomModel(folder, SMALL, BENCH_PLANES);
    const model = await openRandomModel(folder, SMALL, BENCH_PLANES);
    runner = await openRunner(model.weights, model.embedding, { attention: 'in-place', threads: 1 });
    bench = new RunnerBench(runner, { 4: benchPrecision(SMALL, 4), 8: benchPrecision(SMALL, 8) });
  });

  afterAll(async () => {
    await runner.close();
    await rm(folder, { recursive: true });
  });

  test('keeps a whole weights file and replaces a torn one', async () => {
    const path = join(folder, 'planes-4x64-4x64.bin');
    const old = new Date(1e9);
    await utimes(path, old, old);
    const bytes = await writeRandomModel(folder, SMALL, BENCH_PLANES);
    expect(await stat(path)).toMatchObject({ size: bytes, mtimeMs: 1e9 });

    await truncate(path, bytes - 1);
    await writeRandomModel(folder, SMALL, BENCH_PLANES);
    expect((await stat(path)).size).toBe(bytes);
    expect((await stat(path)).mtimeMs).toBeGreaterThan(1e9);
  });

  test.each<Scenario>([...SCENARIOS])('times steps of: $title', async (scenario) => {
    await bench.prepare(scenario);
    for (const bits of [4, 8] as const) {
      const times = await bench.steps(bits, 1, 3);
      expect(times).toHaveLength(3);
      expect(times.every((ms) => ms > 0 && Number.isFinite(ms))).toBe(true);
    }
    const lengths = Array.from({ length: 8 }, (_, slot) => runner.slotLength(slot)).filter((n) => n > 0);
    const before = scenario.kind === 'prefill' ? [] : scenario.lengths.map((length) => length - 1);
    expect(lengths.sort()).toEqual([...before].sort());
  });

  test('a change of group is counted only where caches really moved', async () => {
    await bench.prepare(FULL_BATCH);
    const { steadyMs, movedMs, movedPositions, promotedMs } = await bench.regrouping(4);
    expect([steadyMs, movedMs, promotedMs].map((list) => list.length)).toEqual([4, 4, 4]);
    // Two rows of 255 committed positions change places.
    expect(movedPositions).toEqual([510, 510, 510, 510]);
  });

  test('a switch is measured against steps of its own kind', async () => {
    await bench.prepare(FULL_BATCH);
    const report = await bench.switching(3);
    expect(Object.values(report).map((list) => list.length)).toEqual([3, 3, 3, 3]);
  });
});
