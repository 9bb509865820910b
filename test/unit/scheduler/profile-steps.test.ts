import { describe, expect, it } from 'vitest';
import type { ModelShape } from '../../../src/core/index.ts';
import {
  type CostSample,
  createLearnedCost,
  profileSteps,
  type StepShape,
  unloadedMachine,
  unloadedProfile,
  unloadedTimes,
} from '../../../src/scheduler/index.ts';
import { FakeRunner } from '../../support/fake-runner.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SHAPE: ModelShape = { vocabSize: 13, contextLength: 512, slots: 8 };

interface ProfileRun {
  readonly samples: CostSample[];
  readonly runner: FakeRunner;
  readonly clock: VirtualClock;
}

/** A profile of a machine whose passes take `passMs` of their number, from 0. */
async function profile(
  passMs: (call: number, runner: FakeRunner) => number,
  { rungs = 3, budgetMs = 1e9, shape = SHAPE } = {},
): Promise<ProfileRun> {
  const clock = new VirtualClock();
  const runner: FakeRunner = new FakeRunner({
    shape,
    during: (call) => clock.advance(passMs(call, runner)),
    rowsToMove: (slots) => (slots.includes(2) && slots.length === 2 ? 2 : 0),
  });
  const samples = await profileSteps(runner, steppedLadder(rungs), clock, { budgetMs });
  return { samples, runner, clock };
}

const rowsOf = (samples: readonly CostSample[], phase: StepShape['phase'], key: keyof StepShape) => [
  ...new Set(samples.filter(({ shape }) => shape.phase === phase).map(({ shape }) => shape[key])),
];

describe('a profile', () => {
  it('measures each kind of step on every rung, with and without context, and leaves all slots free', async () => {
    const { samples, runner } = await profile(() => 2);
    expect(runner.breaches).toEqual([]);
    expect(runner.slotsInUse).toBe(0);
    for (const rung of [0, 1, 2]) {
      const own = samples.filter(({ shape }) => shape.rung === rung);
      expect(rowsOf(own, 'decode', 'rows').sort()).toEqual([1, 2, 4, 8]);
      expect(rowsOf(own, 'prefill', 'tokens').sort()).toEqual([128, 32]);
      expect(rowsOf(own, 'decode', 'contextTokens').length).toBeGreaterThan(3);
    }
    expect(samples.filter(({ shape }) => shape.phase === 'prefill' && shape.contextTokens > 0)).not.toEqual(
      [],
    );
    expect(samples.filter(({ shape }) => shape.movedRows > 0)).not.toEqual([]);
    expect(samples.every(({ ms }) => ms === 2)).toBe(true);
  });

  it('takes each shape once, by its fastest pass', async () => {
    // Every third pass is disturbed, and the passes of a kind come again at other times.
    const { samples } = await profile((call) => (call % 3 === 0 ? 50 : 2), { rungs: 2 });
    const shapes = samples.map(({ shape }) => JSON.stringify(shape));
    expect(new Set(shapes).size).toBe(shapes.length);
    const repeated = samples.filter(({ shape }) => shape.phase === 'decode' && shape.contextTokens > 0);
    expect(repeated.filter(({ ms }) => ms === 2).length).toBeGreaterThan(0.8 * repeated.length);
  });

  it.each([0, 1, 7, 40, 133])('begins no pass after %i ms', async (budgetMs) => {
    const passMs = 6;
    const { samples, runner, clock } = await profile(() => passMs, { budgetMs });
    expect(clock.now()).toBeLessThan(budgetMs + passMs);
    expect(runner.batches).toHaveLength(Math.ceil(budgetMs / passMs));
    expect(runner.slotsInUse).toBe(0);
    expect(samples.length > 0).toBe(budgetMs > 0);
  });

  it('tells something of all rungs and both phases before it tells more of any', async () => {
    const { samples } = await profile(() => 1, { rungs: 3, budgetMs: 8 });
    expect(rowsOf(samples, 'decode', 'rung').sort()).toEqual([0, 1, 2]);
    expect(rowsOf(samples, 'prefill', 'rung').sort()).toEqual([0, 1, 2]);
  });

  it('of a long ladder measures some rungs, both ends among them', async () => {
    const { samples } = await profile(() => 1, { rungs: 20 });
    const rungs = rowsOf(samples, 'decode', 'rung').map(Number);
    expect(rungs).toEqual(expect.arrayContaining([0, 19]));
    expect(rungs.length).toBeLessThan(8);
  });

  it.each([
    { contextLength: 2, slots: 1 },
    { contextLength: 8, slots: 2 },
    { contextLength: 33, slots: 3 },
  ])('fits a model of %o', async (small) => {
    const { samples, runner } = await profile(() => 1, { rungs: 1, shape: { ...SHAPE, ...small } });
    expect(runner.breaches).toEqual([]);
    expect(runner.slotsInUse).toBe(0);
    expect(samples.length).toBeGreaterThan(1);
  });

  it('gives its slots back when a pass fails, and says why', async () => {
    const clock = new VirtualClock();
    const runner = new FakeRunner({ shape: SHAPE, fault: (_, call) => (call === 9 ? 'reject' : null) });
    await expect(profileSteps(runner, steppedLadder(2), clock)).rejects.toThrow('execute failed as told');
    expect(runner.slotsInUse).toBe(0);
  });
});

describe('the unloaded profile', () => {
  it('is what one prompt and one row take at the highest rung', async () => {
    const ladder = steppedLadder(3);
    const { samples } = await profile((call, runner) => {
      const { config, rows } = runner.batches[call] ?? { config: '', rows: [] };
      const bits = Number(config.slice(1));
      return bits * rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
    });
    const machine = unloadedMachine(unloadedProfile(createLearnedCost(3, samples), ladder, 128));
    const { prefillMs, stepMs } = unloadedTimes(128, machine);
    expect(stepMs).toBeCloseTo(6, 1);
    expect(prefillMs / (6 * 128)).toBeCloseTo(1, 2);
    // Two chunks for twice the prompt.
    expect(unloadedTimes(256, machine).prefillMs / (6 * 256)).toBeCloseTo(1, 2);
  });
});
