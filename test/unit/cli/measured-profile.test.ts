import { expect, test } from 'vitest';
import { measureProfile } from '../../../src/cli/measured-profile.ts';
import { parseCostProfile, profileSamples } from '../../../src/simulation/index.ts';
import { FakeRunner } from '../../support/fake-runner.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

const SHAPE = { vocabSize: 13, contextLength: 512, slots: 8 };
const control = { name: 'm', threads: 1, signal: new AbortController().signal };

test('a measured profile can be simulated: every rung of a long ladder, once for each kind of step', async () => {
  const runner = new FakeRunner({ shape: SHAPE });
  const rounds: number[] = [];
  const ladder = steppedLadder(8).map((config, i) => ({ ...config, predictedKl: i === 0 ? null : 0.01 }));
  const profile = await measureProfile(runner, ladder, {
    ...control,
    rounds: 2,
    onRound: (done) => rounds.push(done),
  });
  expect(rounds).toEqual([1, 2]);
  expect(runner.slotsInUse).toBe(0);
  expect(parseCostProfile(JSON.stringify(profile), 'test')).toEqual(profile);
  expect(profile).toMatchObject({ name: 'm', contextLength: 512, rungs: { length: 8 } });
  expect(profile.note.join()).toContain(`The KL of ${ladder[0]?.id} is unknown`);
  const kinds = profileSamples(profile).map(({ shape }) => JSON.stringify(shape));
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(new Set(profile.samples.map(({ rung }) => rung)).size).toBe(8);
});

test('measuring ends between two rounds when it is interrupted', async () => {
  const stop = new AbortController();
  const runner = new FakeRunner({ shape: SHAPE });
  const options = {
    ...control,
    rounds: 3,
    signal: stop.signal,
    onRound: () => stop.abort(new Error('enough')),
  };
  await expect(measureProfile(runner, steppedLadder(2), options)).rejects.toThrow('enough');
  expect(runner.slotsInUse).toBe(0);
});
