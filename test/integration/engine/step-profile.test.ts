import { afterAll, beforeAll, expect, test } from 'vitest';
import { artefactEmbedding, artefactWeights, openRunner } from '../../../src/engine/index.ts';
import { type Artefact, openArtefact } from '../../../src/quant/index.ts';
import {
  createLearnedCost,
  profileSteps,
  unloadedMachine,
  unloadedProfile,
  unloadedTimes,
} from '../../../src/scheduler/index.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../support/tiny-artefact.ts';

let tiny: TinyArtefact;
let artefact: Artefact;

beforeAll(async () => {
  tiny = await writeTinyArtefact({ contextLength: 96 });
  artefact = await openArtefact(tiny.directory, { verify: true });
});
afterAll(async () => {
  await artefact.close();
  await tiny.remove();
});

test.each(['in-place', 'two-part'] as const)(
  'a profile of a real model (%s attention) measures every kind of step and leaves it as it was',
  async (attention) => {
    const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
      slots: 4,
      attention,
    });
    const { ladder } = artefact.manifest;
    const samples = await profileSteps(runner, ladder, performance, { budgetMs: 20_000 });
    for (const { shape, ms } of samples) expect(ms, JSON.stringify(shape)).toBeGreaterThan(0);
    for (const phase of ['decode', 'prefill'] as const) {
      const own = samples.filter(({ shape }) => shape.phase === phase);
      const rungs = new Set(own.map(({ shape }) => shape.rung));
      expect([...rungs]).toEqual(expect.arrayContaining([0, ladder.length - 1]));
    }
    expect(samples.filter(({ shape }) => shape.movedRows > 0)).not.toEqual([]);
    const free = Array.from({ length: 5 }, () => runner.acquireSlot());
    expect(free.filter((slot) => slot !== null)).toHaveLength(4);
    const profile = unloadedProfile(createLearnedCost(ladder.length, samples), ladder, 128);
    const { prefillMs, stepMs } = unloadedTimes(128, unloadedMachine(profile));
    expect(Math.min(prefillMs, stepMs)).toBeGreaterThan(0);
    await runner.close();
  },
);
