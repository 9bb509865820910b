import { describe, expect, it } from 'vitest';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

describe('cancel', () => {
  it('ends a waiting request at once', () => {
    const rig = new SchedulerRig();
    rig.scheduler.submit(engineRequest('r'));
    rig.scheduler.cancel('r');
    rig.scheduler.cancel('r');
    rig.scheduler.cancel('unknown');
    expect(rig.endOf('r')).toBe('cancelled');
    expect(rig.scheduler.snapshot()).toMatchObject({ waiting: 0, prefillTokensPending: 0 });
  });

  it('frees the slot of a running request between steps', async () => {
    const rig = new SchedulerRig(scripted([]));
    rig.scheduler.submit(engineRequest('r', { stop: ['ab'] }));
    await rig.step();
    rig.scheduler.cancel('r');
    expect(rig.runner.slotsInUse).toBe(0);
    expect(rig.of('r').terminals).toMatchObject([
      { reason: 'cancelled', text: 'a', usage: { completionTokens: 1 } },
    ]);
    expect(await rig.step()).toBe(false);
  });

  it('during a pass drops its row, keeps the slot until the step ends, and leaves the neighbour be', async () => {
    let freeDuringPass: number | null = null;
    const rig: SchedulerRig = new SchedulerRig({
      ...scripted([]),
      during: (call) => {
        if (call !== 2) return;
        rig.scheduler.cancel('a');
        freeDuringPass = rig.scheduler.snapshot().freeSlots;
      },
    });
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id));
    for (let i = 0; i < 3; i++) await rig.step();
    expect(freeDuringPass).toBe(0);
    expect(rig.runner.slotsInUse).toBe(1);
    expect(rig.endOf('a')).toBe('cancelled');
    await rig.runToEnd();
    expect(rig.endOf('b')).toBe('length');
    expect(rig.runner.breaches).toEqual([]);
  });

  it('leaves the row out of a batch of the same step that has yet to run', async () => {
    const rig: SchedulerRig = new SchedulerRig({
      ...scripted([]),
      shape: { ...SHAPE, slots: 3 },
      during: () => rig.steps === 4 && rig.scheduler.cancel('b'),
    });
    rig.scheduler.submit(engineRequest('first', { floor: 0, ceiling: 0 }));
    for (const id of ['b', 'c']) rig.scheduler.submit(engineRequest(id));
    for (let i = 0; i < 3; i++) await rig.step();
    const before = rig.runner.batches.length;
    await rig.step();
    expect(rig.runner.batches.slice(before).map(({ rows }) => rows.map(({ slot }) => slot))).toEqual([
      [0],
      [2],
    ]);
    expect(rig.endOf('b')).toBe('cancelled');
    expect(rig.faults).toEqual([]);
  });

  it('from a listener stops the request at that token, and a neighbour of the same batch before its own', async () => {
    const rig: SchedulerRig = new SchedulerRig(scripted([]), {
      onEvent: (event) => {
        if (event.type !== 'token' || rig.of('a').tokens.length !== 3) return;
        rig.scheduler.cancel('a');
        rig.scheduler.cancel('b');
      },
    });
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id));
    await rig.runToEnd();
    expect([rig.endOf('a'), rig.endOf('b')]).toEqual(['cancelled', 'cancelled']);
    expect(rig.runner.batches[3]?.rows).toHaveLength(2);
    expect([rig.of('a').tokenSteps, rig.of('b').tokenSteps]).toEqual([[1, 2, 3], [2]]);
    expect(rig.scheduler.snapshot().unhealthy).toBeNull();
    expect(rig.runner.slotsInUse).toBe(0);
    expect(rig.runner.breaches).toEqual([]);
  });

  it('on the last token leaves one terminal event', async () => {
    const rig: SchedulerRig = new SchedulerRig(scripted([]), {
      onEvent: (event) => event.type === 'token' && rig.scheduler.cancel('r'),
    });
    rig.scheduler.submit(engineRequest('r', { maxTokens: 1 }));
    await rig.runToEnd();
    expect(rig.endOf('r')).toBe('cancelled');
  });
});
