import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../../../src/core/index.ts';
import { refusalCode } from '../../support/refusal-code.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

describe('requests together', () => {
  it('decode in one batch at one precision while a long prompt runs in chunks beside them', async () => {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 3 } });
    rig.scheduler.submit(engineRequest('a', { maxTokens: 20 }));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 20 }));
    await rig.step();
    await rig.step();
    expect(rig.scheduler.snapshot()).toMatchObject({ prefillTokensPending: 0, kvTokensUsed: 7 });
    rig.scheduler.submit(engineRequest('long', { promptTokens: new Int32Array(12).fill(1), maxTokens: 1 }));
    const before = rig.runner.batches.length;
    for (let i = 0; i < 3; i++) await rig.step();
    const shapes = rig.runner.batches
      .slice(before)
      .map((batch) => batch.rows.map((row) => row.tokens.length));
    expect(shapes).toEqual([[1, 1], [4], [1, 1], [4], [1, 1], [4]]);
    expect(rig.endOf('long')).toBe('length');
  });

  it('decode in a batch per precision', async () => {
    const rig = new SchedulerRig(scripted([]));
    rig.scheduler.submit(engineRequest('low', { floor: 0, ceiling: 0 }));
    rig.scheduler.submit(engineRequest('high', { floor: 3, ceiling: 3 }));
    await rig.step();
    await rig.step();
    const before = rig.runner.batches.length;
    await rig.step();
    expect(rig.runner.batches.slice(before).map((batch) => batch.config)).toEqual(['q2', 'q8']);
  });

  it('wait for a slot and get it in the step after one is free', async () => {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 1 } });
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id, { maxTokens: 2 }));
    await rig.step();
    expect(rig.scheduler.snapshot()).toEqual({
      running: 1,
      waiting: 1,
      prefillTokensPending: 3,
      freeSlots: 0,
      kvTokensUsed: 3,
      kvTokensCapacity: 32,
      belowCeiling: { priority: 0, default: 0, flex: 0 },
      kvTokensKept: 0,
      prefixTokensQueried: 3,
      prefixTokensReused: 0,
      preemptions: 0,
      tokensGenerated: 1,
      unhealthy: null,
    });
    await rig.step();
    await rig.step();
    expect(rig.of('a').tokenSteps).toEqual([1, 2]);
    expect(rig.of('b').tokenSteps).toEqual([3]);
  });
});

describe('submit', () => {
  const rig = (): SchedulerRig =>
    new SchedulerRig({}, { limits: { maxWaiting: 2, prefillChunk: 4, maxBatch: 8 } });

  it('refuses beyond maxWaiting and takes more once requests have moved on', async () => {
    const { scheduler, ...rest } = rig();
    expect(rest.events).toEqual([]);
    for (const id of ['a', 'b']) scheduler.submit(engineRequest(id));
    expect(refusalCode(() => scheduler.submit(engineRequest('c')))).toBe('overloaded');
    await scheduler.step();
    expect(refusalCode(() => scheduler.submit(engineRequest('c')))).toBe('accepted');
  });

  it('refuses while draining, and what was accepted still ends', async () => {
    const draining = rig();
    draining.scheduler.submit(engineRequest('a', { maxTokens: 2 }));
    draining.scheduler.drain();
    expect(refusalCode(() => draining.scheduler.submit(engineRequest('b')))).toBe('shutting_down');
    await draining.runToEnd();
    expect(draining.endOf('a')).not.toBe('');
    expect(draining.outcomes.has('b')).toBe(false);
  });

  it.each<[string, Partial<EngineRequest>]>([
    ['invalid_request prompt', { promptTokens: new Int32Array(0) }],
    ['invalid_request prompt', { promptTokens: Int32Array.of(13) }],
    ['invalid_request prompt', { promptTokens: Int32Array.of(-1) }],
    ['context_length_exceeded prompt', { promptTokens: new Int32Array(32) }],
    ['accepted', { promptTokens: new Int32Array(31) }],
    ['invalid_request max_tokens', { maxTokens: -1 }],
    ['invalid_request stop', { stop: ['a', ''] }],
    ['invalid_request precision', { floor: 3, ceiling: 2 }],
    ['invalid_request precision', { floor: -1, ceiling: 2 }],
    ['invalid_request precision', { floor: 0, ceiling: 4 }],
  ])('answers %s to a request with %o', (code, fields) => {
    expect(refusalCode(() => rig().scheduler.submit(engineRequest('r', fields)))).toBe(code);
  });

  it('refuses an id in use, and takes it again afterwards', async () => {
    const { scheduler } = rig();
    scheduler.submit(engineRequest('r', { maxTokens: 1 }));
    expect(refusalCode(() => scheduler.submit(engineRequest('r')))).toBe('invalid_request id');
    await scheduler.step();
    expect(refusalCode(() => scheduler.submit(engineRequest('r')))).toBe('accepted');
  });

  it('needs limits of at least 1', () => {
    const limits = { maxWaiting: 1, prefillChunk: 0, maxBatch: 1 };
    expect(refusalCode(() => new SchedulerRig({}, { limits }))).toBe('invalid_config');
  });
});
