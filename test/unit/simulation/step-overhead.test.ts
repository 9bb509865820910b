import { expect, test } from 'vitest';
import { createLearnedCost } from '../../../src/scheduler/index.ts';
import {
  createProfileCost,
  profileLadder,
  profileSamples,
  readBuiltInProfile,
  resolvePolicy,
  simulate,
} from '../../../src/simulation/index.ts';

/** Two requests at once, of so many tokens each. */
async function run(overhead: { stepMs: number; tokenMs: number } | null, tpotMs = 1e9) {
  const level = { tier: 'default', ttftMs: 1e9, tpotMs, weight: 1 } as const;
  const profile = await readBuiltInProfile('cpu-135m');
  const ladder = profileLadder(profile);
  const samples = profileSamples(profile);
  const server = {
    ladder,
    machine: createProfileCost(samples),
    createCost: () => createLearnedCost(ladder.length, samples),
    contextLength: 256,
    slots: 2,
    maxWaiting: 0,
    prefillChunk: 64,
    targets: { ttftMs: null, tpotMs: null },
    maxBatch: 2,
    noise: 0,
    seed: 1,
    ...(overhead === null ? {} : { overhead }),
  };
  const arrival = { atMs: 0, promptTokens: 8, outputTokens: 21, tier: 'default', level } as const;
  const workload = { arrivals: [arrival, arrival], clippedPrompts: 0, clippedOutputs: 0, spanMs: 1000 };
  return simulate(server, workload, resolvePolicy('fixed-8', ladder, 'first-come', '--policy'));
}

test('what a step takes beside its passes comes on top, for each step and each token', async () => {
  const bare = await run(null);
  const burdened = await run({ stepMs: 3, tokenMs: 0.5 });
  const extra = 1000 * (burdened.simulatedSeconds - bare.simulatedSeconds);
  // 42 tokens, whatever the steps they came in.
  expect(extra).toBeCloseTo(3 * burdened.steps + 0.5 * 42, 6);
});

test('targets that an arrival brings along are its own', async () => {
  expect((await run(null)).attainment).toBe(1);
  expect((await run(null, 0.001)).attainment).toBe(0);
});
