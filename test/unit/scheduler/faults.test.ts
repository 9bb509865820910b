import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { refusalCode } from '../../support/refusal-code.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

describe('faults', () => {
  const poison = 12;
  const poisoned = { promptTokens: Int32Array.of(1, 2, poison) };

  it.each(['reject', 'nan'] as const)('a row that fails (%s) fails alone', async (kind) => {
    const rig = new SchedulerRig({
      script: () => 1,
      // Fails in decode, in the company of others.
      fault: (history) => (history.includes(poison) && history.length > 3 ? kind : null),
      shape: { ...SHAPE, slots: 3 },
    });
    rig.scheduler.submit(engineRequest('a'));
    rig.scheduler.submit(engineRequest('bad', poisoned));
    rig.scheduler.submit(engineRequest('b'));
    await rig.runToEnd();
    expect([rig.endOf('a'), rig.endOf('bad'), rig.endOf('b')]).toEqual([
      'length',
      'failed:internal_error',
      'length',
    ]);
    expect(rig.of('bad').terminals).toMatchObject([{ message: 'The model failed on this request.' }]);
    expect(rig.textOf('a')).toBe('aaaaa');
    expect(rig.of('a').tokenSteps).toEqual([1, 2, 3, 4, 5]);
    expect(rig.scheduler.snapshot()).toMatchObject({ unhealthy: null, freeSlots: 3, kvTokensUsed: 0 });
    expect(rig.faults).toHaveLength(2);
    expect(rig.runner.breaches).toEqual([]);
  });

  it('a pass that fails once costs nobody anything', async () => {
    const clean = new SchedulerRig();
    const shaky = new SchedulerRig({ fault: (_, call) => (call % 3 === 0 ? 'reject' : null) });
    for (const rig of [clean, shaky]) {
      for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id, { maxTokens: 10 }));
      await rig.runToEnd();
    }
    expect(shaky.faults.length).toBeGreaterThan(2);
    for (const id of ['a', 'b']) expect(shaky.of(id)).toEqual(clean.of(id));
  });

  it('a commit that throws shows nothing of its batch, fails everyone, and ends service', async () => {
    // Execution 3 decodes both rows: the first is committed when the second fails.
    const rig = new SchedulerRig({
      script: () => 1,
      commitFails: (call, slot) => call === 3 && slot === 1,
    });
    for (const id of ['a', 'b', 'waiting']) rig.scheduler.submit(engineRequest(id));
    for (let i = 0; i < 3; i++) await rig.step();
    expect(rig.runner.batches[3]?.rows.map((row) => row.slot)).toEqual([0, 1]);
    expect([rig.of('a').tokenSteps, rig.of('b').tokenSteps]).toEqual([[1, 2], [2]]);
    expect(['a', 'b', 'waiting'].map((id) => rig.endOf(id))).toEqual(
      Array.from({ length: 3 }, () => 'failed:engine_unavailable'),
    );
    expect(rig.runner.slotsInUse).toBe(0);
    expect(rig.scheduler.snapshot().unhealthy).toBe('The step loop failed.');
    expect(await rig.step()).toBe(false);
    expect(refusalCode(() => rig.scheduler.submit(engineRequest('c')))).toBe('engine_unavailable');
  });

  it('a runner that returns too few logits fails the requests, not the process', async () => {
    const rig = new SchedulerRig();
    const execute = rig.runner.execute.bind(rig.runner);
    rig.runner.execute = async (batch) => ({ logits: (await execute(batch)).logits.subarray(1) });
    rig.scheduler.submit(engineRequest('r'));
    await rig.runToEnd();
    expect(rig.endOf('r')).toBe('failed:internal_error');
  });

  it('text that cannot be decoded fails its request alone, in the middle and at the end', async () => {
    const textDecoder = {
      endTokenIds: new Set<number>(),
      tokenText: () => 'x',
      tokenBytes: () => new Uint8Array(),
      createTextStream: () => ({
        push: (id: number) => {
          if (id === 5) throw new Error('no such piece');
          return 'x';
        },
        flush: () => {
          throw new Error('broken');
        },
      }),
    };
    const rig = new SchedulerRig(
      { script: (history) => (history[0] === 4 ? 5 : 1), shape: { ...SHAPE, slots: 3 } },
      { textDecoder },
    );
    rig.scheduler.submit(engineRequest('middle', { promptTokens: Int32Array.of(4) }));
    rig.scheduler.submit(engineRequest('end', { maxTokens: 2 }));
    rig.scheduler.submit(engineRequest('cancelled'));
    await rig.step();
    rig.scheduler.cancel('cancelled');
    await rig.runToEnd();
    for (const id of ['middle', 'end', 'cancelled']) expect(rig.endOf(id)).toBe('failed:internal_error');
    expect(rig.scheduler.snapshot()).toMatchObject({ unhealthy: null, freeSlots: 3 });
  });

  it.each<[string, ConstructorParameters<typeof SchedulerRig>[1]]>([
    ['a rung out of range', { precisionPolicy: () => () => 3 }],
    ['an unknown id', { batchPolicy: () => ({ expire: [], admit: ['?'], decode: [], prefill: null }) }],
    [
      'decode before the prompt is done',
      { batchPolicy: () => ({ expire: [], admit: ['r'], decode: [{ rung: 2, ids: ['r'] }], prefill: null }) },
    ],
    [
      'a chunk beyond the prompt',
      {
        batchPolicy: () => ({
          expire: [],
          admit: ['r'],
          decode: [],
          prefill: { id: 'r', rung: 2, tokens: 4 },
        }),
      },
    ],
  ])('a policy that plans %s is never obeyed', async (_, options) => {
    const rig = new SchedulerRig({}, options);
    rig.scheduler.submit(engineRequest('r'));
    await rig.runToEnd();
    expect(rig.runner.batches).toEqual([]);
    expect(rig.endOf('r')).toBe('failed:engine_unavailable');
    expect(rig.scheduler.snapshot().unhealthy).not.toBeNull();
    expect(rig.runner.slotsInUse).toBe(0);
  });

  it('a slot that cannot be released ends service', async () => {
    const rig = new SchedulerRig(scripted([]));
    rig.runner.releaseSlot = () => {
      throw new Error('lost');
    };
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id, { maxTokens: 1 }));
    await rig.runToEnd();
    expect([rig.endOf('a'), rig.endOf('b')]).toEqual(['length', 'failed:engine_unavailable']);
    expect(rig.scheduler.snapshot().unhealthy).toBe('The runner failed to release a slot.');
  });

  it('a request that the runner has no slot for stays in the queue', async () => {
    const rig = new SchedulerRig(scripted([]));
    const acquire = rig.runner.acquireSlot.bind(rig.runner);
    rig.runner.acquireSlot = () => null;
    rig.scheduler.submit(engineRequest('r'));
    expect(await rig.step()).toBe(false);
    expect(rig.scheduler.snapshot().waiting).toBe(1);
    rig.runner.acquireSlot = acquire;
    await rig.runToEnd();
    expect(rig.endOf('r')).toBe('length');
  });

  it('one step at a time', async () => {
    const rig = new SchedulerRig();
    rig.scheduler.submit(engineRequest('r'));
    const first = rig.scheduler.step();
    await expect(rig.scheduler.step()).rejects.toThrow('in progress');
    expect(await first).toBe(true);
  });
});

describe('failAll', () => {
  it('fails running and waiting requests with the public error, in the middle of a pass too', async () => {
    const rig: SchedulerRig = new SchedulerRig({
      shape: { ...SHAPE, slots: 1 },
      during: () => rig.scheduler.failAll(new Error('secret path /x')),
    });
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id));
    await rig.runToEnd();
    for (const id of ['a', 'b']) {
      expect(rig.of(id).terminals).toEqual([
        {
          type: 'failed',
          requestId: id,
          code: 'internal_error',
          message: 'The server failed to handle this request.',
        },
      ]);
    }
    expect(rig.runner.slotsInUse).toBe(0);
    expect(rig.runner.breaches).toEqual([]);
  });

  it('passes a QueptError on', () => {
    const rig = new SchedulerRig();
    rig.scheduler.submit(engineRequest('r'));
    rig.scheduler.failAll(new QueptError('deadline_exceeded', 'Too slow.'));
    expect(rig.endOf('r')).toBe('failed:deadline_exceeded');
  });
});
