import { describe, expect, it } from 'vitest';
import { type BatchPolicy, firstComePolicy } from '../../../src/scheduler/index.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

const PROMPT = { promptTokens: Int32Array.of(1, 2, 3, 1, 2, 3), maxTokens: 3 };
const shape = { ...SHAPE, slots: 1 };

/** First come, first served, but for a plan of one's own at some steps. */
function policyWith(plans: Readonly<Record<number, ReturnType<BatchPolicy>>>): BatchPolicy {
  let step = 0;
  return (view, rungOf) => plans[++step] ?? firstComePolicy(view, rungOf);
}

describe('a suspended request', () => {
  it('gives its slot to another and begins its prompt again, with the same answer', async () => {
    const swap = {
      expire: [],
      suspend: ['a'],
      admit: ['b'],
      decode: [],
      prefill: { id: 'b', rung: 2, tokens: 3 },
    };
    const rig = new SchedulerRig(
      { ...scripted([1, 2, 3], PROMPT.promptTokens.length), shape },
      { batchPolicy: policyWith({ 2: swap }) },
    );
    rig.scheduler.submit(engineRequest('a', PROMPT));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 1 }));
    await rig.step();
    expect(rig.scheduler.snapshot()).toMatchObject({ running: 1, waiting: 1, prefillTokensPending: 2 + 3 });
    await rig.step();
    expect(rig.endOf('b')).toBe('length');
    expect(rig.scheduler.snapshot()).toMatchObject({ running: 0, waiting: 1, prefillTokensPending: 6 });
    await rig.runToEnd();
    expect(rig.of('a').tokens.map(({ tokenId }) => tokenId)).toEqual([1, 2, 3]);
    expect([rig.endOf('a'), rig.runner.slotsInUse, rig.faults]).toEqual(['length', 0, []]);
  });

  it('can be cancelled while it waits again', async () => {
    const stop = { expire: [], suspend: ['a'], admit: [], decode: [], prefill: null };
    const rig = new SchedulerRig({ ...scripted([]), shape }, { batchPolicy: policyWith({ 2: stop }) });
    rig.scheduler.submit(engineRequest('a', PROMPT));
    await rig.step();
    await rig.step();
    expect(rig.runner.slotsInUse).toBe(0);
    rig.scheduler.cancel('a');
    expect(rig.endOf('a')).toBe('cancelled');
  });

  it('must not have tokens already', async () => {
    const late = { expire: [], suspend: ['a'], admit: [], decode: [], prefill: null };
    const rig = new SchedulerRig({ ...scripted([]), shape }, { batchPolicy: policyWith({ 2: late }) });
    rig.scheduler.submit(engineRequest('a'));
    await rig.step();
    await rig.step();
    expect(rig.faults).toMatchObject([{ message: expect.stringContaining('suspends') }]);
  });
});
