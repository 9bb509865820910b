import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KvPool } from '../../../src/engine/cpu/kv-pool.ts';
import type { StepShape } from '../../../src/scheduler/index.ts';
import { KvRows } from '../../../src/simulation/kv-rows.ts';
import { SimulatedClock } from '../../../src/simulation/simulated-clock.ts';
import { SimulatedRunner, type SimulatedRunnerOptions } from '../../../src/simulation/simulated-runner.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

const ladder = steppedLadder(2);

function rig(fields: Partial<SimulatedRunnerOptions> = {}) {
  const clock = new SimulatedClock();
  const shapes: StepShape[] = [];
  const stepMs = (shape: StepShape) => {
    shapes.push(shape);
    return 10;
  };
  const cost = { stepMs };
  const runner = new SimulatedRunner({
    ladder,
    slots: 3,
    contextLength: 8,
    clock,
    cost,
    noise: 0,
    seed: 1,
    ...fields,
  });
  const run = (rung: number, ...rows: [slot: number, tokens: number][]) =>
    runner.execute({
      precision: ladder[rung]!,
      rows: rows.map(([slot, tokens]) => ({ slot, tokens: new Int32Array(tokens), logits: 'last' })),
    });
  return { clock, runner, shapes, run };
}

describe('SimulatedRunner', () => {
  test('spends what the cost says, and asks it for the shape that ran', async () => {
    const { clock, runner, shapes, run } = rig();
    expect([runner.acquireSlot(), runner.acquireSlot()]).toEqual([0, 1]);
    await run(1, [0, 4]);
    runner.commit(0, 4);
    await run(0, [1, 1]);
    runner.commit(1, 1);
    await run(0, [0, 1], [1, 1]);
    expect(shapes).toEqual([
      { phase: 'prefill', rung: 1, rows: 1, tokens: 4, contextTokens: 0, movedRows: 0 },
      { phase: 'decode', rung: 0, rows: 1, tokens: 1, contextTokens: 0, movedRows: 0 },
      { phase: 'decode', rung: 0, rows: 2, tokens: 2, contextTokens: 5, movedRows: 0 },
    ]);
    expect([clock.now(), runner.busyMs, runner.passes]).toEqual([30, 30, 3]);
  });

  test('changes nothing before a commit, and commits what ran', async () => {
    const { runner, run } = rig();
    runner.acquireSlot();
    await run(0, [0, 3]);
    expect(runner.slotLength(0)).toBe(0);
    expect(() => runner.commit(0, 2)).toThrow('no 2 positions');
    runner.commit(0, 3);
    expect(runner.slotLength(0)).toBe(3);
    expect(() => runner.commit(0, 3)).toThrow('no 3 positions');
  });

  test('hands out as many slots as it has, empty ones', async () => {
    const { runner, run } = rig();
    expect([0, 1, 2, 3].map(() => runner.acquireSlot())).toEqual([0, 1, 2, null]);
    await run(0, [1, 3]);
    runner.commit(1, 3);
    runner.releaseSlot(1);
    expect(() => runner.slotLength(1)).toThrow('not held');
    expect(runner.acquireSlot()).toBe(1);
    expect(runner.slotLength(1)).toBe(0);
  });

  test('answers with one row of logits per wanted position, and never with token 0', async () => {
    const { runner, run } = rig();
    runner.acquireSlot();
    const { vocabSize } = runner.shape;
    const { logits } = await run(0, [0, 3]);
    expect(logits.length).toBe(vocabSize);
    expect(logits.indexOf(Math.max(...logits))).toBe(1);
    const row = { slot: 0, tokens: new Int32Array(3), logits: 'all' } as const;
    expect((await runner.execute({ precision: ladder[0]!, rows: [row] })).logits.length).toBe(3 * vocabSize);
  });

  test.each<[string, [slot: number, tokens: number][]]>([
    ['a batch without rows', []],
    [
      'a slot twice',
      [
        [0, 1],
        [0, 1],
      ],
    ],
    ['a free slot', [[2, 1]]],
    ['a row without tokens', [[0, 0]]],
    [
      'several rows of several tokens',
      [
        [0, 2],
        [1, 2],
      ],
    ],
    ['more than the context', [[0, 9]]],
  ])('refuses %s, and spends nothing on it', async (_, rows) => {
    const { clock, runner, run } = rig();
    runner.acquireSlot();
    runner.acquireSlot();
    await expect(run(0, ...rows)).rejects.toThrow();
    expect(clock.now()).toBe(0);
  });

  test('noise spreads times around the same mean, the same for the same seed', async () => {
    const times = async (seed: number) => {
      const { clock, runner, run } = rig({ noise: 0.3, seed });
      runner.acquireSlot();
      const all: number[] = [];
      for (let i = 0; i < 2000; i++) {
        const before = clock.now();
        await run(0, [0, 1]);
        all.push(clock.now() - before);
      }
      return all;
    };
    const first = await times(1);
    expect(await times(1)).toEqual(first);
    expect(await times(2)).not.toEqual(first);
    const mean = first.reduce((sum, ms) => sum + ms, 0) / first.length;
    const spread = Math.sqrt(first.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / first.length);
    expect(Math.abs(mean - 10)).toBeLessThan(0.3);
    expect(Math.abs(spread - 3)).toBeLessThan(0.5);
  });
});

test("rows move as in the engine's cache", () => {
  const SLOTS = 5;
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('acquire' as const), tokens: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('copy' as const), from: fc.nat(), to: fc.nat(), tokens: fc.nat() }),
    fc.record({ kind: fc.constant('truncate' as const), pick: fc.nat(), tokens: fc.nat() }),
    fc.record({ kind: fc.constant('batch' as const), mask: fc.integer({ min: 1, max: 2 ** SLOTS - 1 }) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const rows = new KvRows(SLOTS);
      const pool = new KvPool({ layers: 1, kvHeads: 1, headDim: 1, slots: SLOTS, capacity: 64 });
      let held: number[] = [];
      for (const step of operations) {
        if (step.kind === 'acquire') {
          const slot = rows.acquire();
          expect(pool.acquire()).toBe(slot);
          if (slot === null) continue;
          held.push(slot);
          rows.grow(slot, step.tokens);
          pool.commit(slot, step.tokens);
        } else if (step.kind === 'release') {
          const slot = held[step.pick % held.length];
          if (slot === undefined) continue;
          held = held.filter((one) => one !== slot);
          rows.release(slot);
          pool.release(slot);
        } else if (step.kind === 'truncate' || step.kind === 'copy') {
          const from = held[(step.kind === 'copy' ? step.from : step.pick) % held.length];
          const to = step.kind === 'copy' ? held[step.to % held.length] : from;
          if (from === undefined || to === undefined || (step.kind === 'copy' && from === to)) continue;
          const tokens = step.tokens % (rows.length(from) + 1);
          rows.hold(to, tokens);
          if (step.kind === 'copy') pool.copyPrefix(from, to, tokens);
          else pool.truncate(to, tokens);
        } else {
          const batch = held.filter((slot) => (step.mask & (1 << slot)) !== 0);
          if (batch.length === 0) continue;
          expect(rows.rowsToMove(batch)).toBe(pool.rowsToMove(batch));
          rows.gather(batch);
          pool.arrange(batch);
          expect(rows.rowsToMove(batch)).toBe(0);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a slot becomes what another begins with, or less of itself, and no more than there is', async () => {
  const { clock, runner, run } = rig();
  runner.acquireSlot();
  runner.acquireSlot();
  await run(0, [0, 4]);
  runner.commit(0, 4);
  const before = clock.now();
  runner.copyPrefix(0, 1, 3);
  runner.truncate(0, 2);
  expect([runner.slotLength(0), runner.slotLength(1), clock.now() - before]).toEqual([2, 3, 0]);
  expect(() => runner.copyPrefix(0, 1, 3)).toThrow('does not hold 3');
  expect(() => runner.truncate(0, 3)).toThrow('does not hold 3');
});
