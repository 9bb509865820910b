import { describe, expect, test } from 'vitest';
import type { CostSample, StepShape } from '../../../src/scheduler/index.ts';
import { unloadedTimes } from '../../../src/scheduler/index.ts';
import { builtInProfiles, readBuiltInProfile } from '../../../src/simulation/built-in-profiles.ts';
import { parseCostProfile, profileLadder, profileSamples } from '../../../src/simulation/cost-profile.ts';
import { createProfileCost } from '../../../src/simulation/profile-cost.ts';
import { serviceLevel } from '../../../src/simulation/service-levels.ts';
import { TINY_PROFILE } from '../../support/tiny-profile.ts';

const decode = (rows: number, contextTokens = 0, movedRows = 0, rung = 0): StepShape => ({
  phase: 'decode',
  rung,
  rows,
  tokens: rows,
  contextTokens,
  movedRows,
});
const prefill = (tokens: number, contextTokens = 0): StepShape => ({
  phase: 'prefill',
  rung: 0,
  rows: 1,
  tokens,
  contextTokens,
  movedRows: 0,
});
const tiny = (change: object = {}) =>
  parseCostProfile(JSON.stringify({ ...TINY_PROFILE, ...change }), 'p.json');

describe('a profile as a machine', () => {
  /** 5 ms + 1 ms a row, 0.01 ms a cached position, 0.5 ms a token of prefill, 0.02 ms a moved position. */
  const truth = (shape: StepShape): number => {
    const { phase, rows, tokens, contextTokens, movedRows } = shape;
    if (phase === 'decode') {
      return 5 + rows + 0.01 * (contextTokens + rows / 2) + (0.02 * movedRows * contextTokens) / rows;
    }
    return 5.5 + 0.5 * tokens + 0.01 * (tokens * contextTokens + tokens ** 2 / 2);
  };
  const sample = (shape: StepShape): CostSample => ({ shape, ms: truth(shape) });
  const cost = createProfileCost(
    [
      ...[decode(1, 100), decode(4, 400), decode(4, 1000), decode(1, 100, 2)],
      ...[prefill(10), prefill(100), prefill(100, 300)],
    ].map(sample),
  );

  test.each([
    decode(1, 100),
    decode(4, 1000),
    decode(2, 300),
    decode(8, 8000),
    decode(3, 600, 2),
    prefill(10),
    prefill(55, 700),
    prefill(200, 50),
    prefill(1),
  ])('finds what its samples are made of: %o', (shape) => {
    expect(cost.stepMs(shape)).toBeCloseTo(truth(shape), 6);
  });

  test('knows no attention and no moves where no samples tell', () => {
    const still = createProfileCost([decode(1, 100), prefill(10)].map(sample));
    expect(still.stepMs(decode(8, 9999, 3))).toBeCloseTo(truth(decode(1, 100)), 9);
  });
});

describe('a profile file', () => {
  test('becomes a ladder and samples by rung', () => {
    const profile = tiny();
    expect(profileLadder(profile).map(({ id, msPerToken }) => [id, msPerToken])).toEqual([
      ['q4', 10],
      ['q8', 20],
    ]);
    expect(new Set(profileSamples(profile).map(({ shape }) => shape.rung))).toEqual(new Set([0, 1]));
  });

  test.each([
    [{ rungs: [] }, /p\.json is no cost profile: rungs/],
    [{ rungs: TINY_PROFILE.rungs.toReversed() }, /rungs\.1\.averageBits: must not be lower/],
    [
      { samples: [{ ...TINY_PROFILE.samples[0], rung: 'q5' }] },
      /samples\.0\.rung: 'q5' is none of the rungs/,
    ],
    [{ samples: TINY_PROFILE.samples.slice(1, 5) }, /samples: needs a prefill sample of rung 'q8'/],
    [{ samples: [{ ...TINY_PROFILE.samples[0], ms: -1 }] }, /samples\.0\.ms/],
  ])('names what is wrong in it', (change, message) => {
    expect(() => tiny(change)).toThrow(message);
  });

  test('has to be JSON', () => {
    expect(() => parseCostProfile('{', 'p.json')).toThrow(/^p\.json is no JSON: /);
  });
});

test('every profile that comes along is sound, and its machine is slower at more bits', async () => {
  const names = await builtInProfiles();
  expect(names).toContain('cpu-135m');
  for (const name of names) {
    const profile = await readBuiltInProfile(name);
    const cost = createProfileCost(profileSamples(profile));
    for (const shape of [decode(1, 300), decode(5, 3000), decode(8, 9000), { ...prefill(128, 1500) }]) {
      const times = profile.rungs.map((_, rung) => cost.stepMs({ ...shape, rung }));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    for (const { shape, ms } of profileSamples(profile)) {
      expect(Math.abs(cost.stepMs(shape) / ms - 1)).toBeLessThan(0.05);
    }
  }
});

test('targets come from the best rung of the idle machine, by tier', () => {
  const cost = createProfileCost(profileSamples(tiny()));
  const overrides = { ttftMs: null, tpotMs: null };
  const machine = { cost, rung: 1, prefillChunk: 10 };
  // 25 tokens at 2 ms, in chunks of 10, 10 and 5; the last lies between a step of one row (20 ms) and 10 tokens (20 ms).
  expect(unloadedTimes(25, machine)).toEqual({ prefillMs: 60, stepMs: 20 });
  expect(serviceLevel('default', 25, machine, overrides)).toEqual({
    tier: 'default',
    ttftMs: 380,
    tpotMs: 40,
    weight: 1,
  });
  expect(serviceLevel('priority', 25, machine, overrides)).toMatchObject({
    ttftMs: 190,
    tpotMs: 20,
    weight: 4,
  });
  expect(serviceLevel('flex', 25, machine, overrides)).toMatchObject({
    ttftMs: 1900,
    tpotMs: 200,
    weight: 0.25,
  });
  const given = { ttftMs: 500, tpotMs: null };
  expect(serviceLevel('priority', 25, machine, given)).toMatchObject({ ttftMs: 250, tpotMs: 20 });
});
