import { describe, expect, it } from 'vitest';
import type { Deadlines } from '../../../src/core/index.ts';
import { createDeadlinePolicy, firstComePolicy } from '../../../src/scheduler/index.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

const NEVER: Deadlines = { queueMs: null, firstTokenMs: null, totalMs: null };

describe.each([
  ['first-come', firstComePolicy],
  ['deadline', createDeadlinePolicy()],
])('deadlines under %s', (_, batchPolicy) => {
  /** One slot, taken by a request of 20 tokens. Each step takes a millisecond. */
  async function busyRig(): Promise<SchedulerRig> {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 1 } }, { batchPolicy });
    rig.scheduler.submit(engineRequest('busy', { maxTokens: 20 }));
    await rig.step();
    return rig;
  }

  it.each<[string, Partial<Deadlines>, string]>([
    ['a slot', { queueMs: 3 }, 'a place in the batch 3 ms after it arrived'],
    ['a first token', { firstTokenMs: 3 }, 'its first token 3 ms after it arrived'],
    ['its end', { totalMs: 3 }, 'its end 3 ms after it arrived'],
  ])('fail a request that waits too long for %s, in that step', async (_what, deadlines, message) => {
    const rig = await busyRig();
    rig.scheduler.submit(engineRequest('r', { deadlines: { ...NEVER, ...deadlines } }));
    for (let i = 0; i < 2; i++) await rig.step();
    expect(rig.endOf('r')).toBe('');
    await rig.step();
    expect(rig.endOf('r')).toBe('failed:deadline_exceeded');
    expect(rig.of('r').terminals).toMatchObject([{ message: expect.stringContaining(message) }]);
    await rig.runToEnd();
    expect(rig.endOf('busy')).toBe('length');
    expect(rig.scheduler.snapshot()).toMatchObject({ waiting: 0, freeSlots: 1, unhealthy: null });
  });

  it('fail a request in the middle of its prompt, and free its slot for the next', async () => {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 1 } }, { batchPolicy });
    const long = { promptTokens: new Int32Array(20).fill(1), deadlines: { ...NEVER, firstTokenMs: 3 } };
    rig.scheduler.submit(engineRequest('long', long));
    rig.scheduler.submit(engineRequest('next'));
    for (let i = 0; i < 3; i++) expect(await rig.step()).toBe(true);
    expect(rig.endOf('long')).toBe('failed:deadline_exceeded');
    await rig.runToEnd();
    expect(rig.of('next').tokenSteps[0]).toBe(4);
    expect(rig.runner.breaches).toEqual([]);
  });

  it('fail a request that decodes, keep its tokens, and leave the neighbour', async () => {
    const rig = new SchedulerRig(scripted([]), { batchPolicy });
    rig.scheduler.submit(engineRequest('r', { maxTokens: 20, deadlines: { ...NEVER, totalMs: 6 } }));
    rig.scheduler.submit(engineRequest('neighbour', { maxTokens: 10 }));
    await rig.runToEnd();
    expect(rig.endOf('r')).toBe('failed:deadline_exceeded');
    expect(rig.of('r').tokenSteps).toEqual([1, 2, 3, 4, 5]);
    expect(rig.endOf('neighbour')).toBe('length');
    expect(rig.runner.slotsInUse).toBe(0);
  });

  it('of the queue and of the first token are over once there is a slot, and a token', async () => {
    const rig = new SchedulerRig(scripted([]), { batchPolicy });
    rig.scheduler.submit(
      engineRequest('r', { maxTokens: 9, deadlines: { queueMs: 2, firstTokenMs: 2, totalMs: 99 } }),
    );
    await rig.runToEnd();
    expect(rig.endOf('r')).toBe('length');
  });

  it('a listener that ends others of the plan meanwhile does no harm', async () => {
    const rig: SchedulerRig = new SchedulerRig(scripted([]), {
      batchPolicy,
      onEvent: (event) => {
        if (event.type === 'failed') for (const id of ['b', 'c']) rig.scheduler.cancel(id);
      },
    });
    const late = { maxTokens: 20, deadlines: { ...NEVER, totalMs: 5 } };
    rig.scheduler.submit(engineRequest('a', late));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 20 }));
    rig.scheduler.submit(engineRequest('c', late));
    await rig.runToEnd();
    expect(['a', 'b', 'c'].map((id) => rig.endOf(id))).toEqual([
      'failed:deadline_exceeded',
      'cancelled',
      'cancelled',
    ]);
    expect(rig.scheduler.snapshot().unhealthy).toBeNull();
    expect(rig.faults).toEqual([]);
  });
});

describe('a policy that gives up a request', () => {
  it.each(['r', 'unknown'])('before its time is never obeyed: %s', async (id) => {
    const batchPolicy = () => ({ expire: [id], admit: [], decode: [], prefill: null });
    const rig = new SchedulerRig({}, { batchPolicy });
    rig.scheduler.submit(engineRequest('r', { deadlines: { ...NEVER, totalMs: 99 } }));
    await rig.step();
    expect(rig.endOf('r')).toBe('failed:engine_unavailable');
  });
});
