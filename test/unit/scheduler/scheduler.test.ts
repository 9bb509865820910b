import { describe, expect, it } from 'vitest';
import { type EngineRequest, QueptError } from '../../../src/core/index.ts';
import type { FakeRunnerOptions } from '../../support/fake-runner.ts';
import { END_TOKEN, engineRequest, SchedulerRig } from '../../support/scheduler-rig.ts';

const SHAPE = { vocabSize: 13, contextLength: 32, slots: 2 };

/** A runner whose greedy output is `tokens` for every request with a prompt of `promptLength`. */
function scripted(tokens: number[], promptLength = 3): Partial<FakeRunnerOptions> {
  return { script: (history) => tokens[history.length - promptLength] ?? 1 };
}

async function runOne(runner: Partial<FakeRunnerOptions>, fields: Partial<EngineRequest>) {
  const rig = new SchedulerRig(runner);
  rig.scheduler.submit(engineRequest('r', fields));
  await rig.runToEnd();
  expect(rig.runner.breaches).toEqual([]);
  expect(rig.runner.slotsInUse).toBe(0);
  return rig;
}

function codeOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof QueptError)
      return error.param === null ? error.code : `${error.code} ${error.param}`;
    throw error;
  }
  return 'accepted';
}

describe('a request on its own', () => {
  it('runs its prompt in chunks and ends after maxTokens', async () => {
    const rig = await runOne(scripted([1, 2, 3], 10), {
      promptTokens: new Int32Array(10).fill(4),
      maxTokens: 3,
    });
    const lengths = rig.runner.batches.map((batch) => batch.rows.map((row) => row.tokens.length));
    expect(lengths).toEqual([[4], [4], [2], [1], [1]]);
    expect(rig.textOf('r')).toBe('abab');
    expect(rig.of('r').tokens.map(({ tokenId, rung }) => [tokenId, rung])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    expect(rig.of('r').terminals).toEqual([
      {
        type: 'finished',
        requestId: 'r',
        reason: 'length',
        text: '',
        usage: { promptTokens: 10, completionTokens: 3, cachedTokens: 0 },
        precision: { averageBits: 6, configs: [{ id: 'q6', averageBits: 6, tokens: 3 }], switches: 0 },
      },
    ]);
    expect(await rig.step()).toBe(false);
  });

  it('ends at an end token, which is neither shown nor counted', async () => {
    const rig = await runOne(scripted([1, END_TOKEN]), {});
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.of('r').tokens).toHaveLength(1);
    expect(rig.of('r').terminals[0]).toMatchObject({ usage: { completionTokens: 1 } });
    expect(rig.scheduler.snapshot().tokensGenerated).toBe(1);
  });

  it('may end before its first token', async () => {
    const rig = await runOne(scripted([END_TOKEN]), {});
    expect(rig.of('r').terminals[0]).toMatchObject({
      reason: 'stop',
      usage: { completionTokens: 0 },
      precision: { averageBits: 0, configs: [], switches: 0 },
    });
  });

  it('ends where the context ends', async () => {
    const rig = await runOne(scripted([], 30), {
      promptTokens: new Int32Array(30).fill(4),
      maxTokens: 50,
    });
    expect(rig.endOf('r')).toBe('length');
    expect(rig.of('r').tokens).toHaveLength(2);
  });

  it('stops at a string that spans tokens, and counts the token that completes it', async () => {
    // a, ab, c, a...: 'a' 'ab' 'c' against 'bc'
    const rig = await runOne(scripted([1, 3, 4, 1]), { stop: ['bc'] });
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['a', 'a', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ text: '', usage: { completionTokens: 3 } });
  });

  it('gives back held text in the terminal event', async () => {
    const rig = await runOne(scripted([1, 2]), { stop: ['bc'], maxTokens: 2 });
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['a', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ reason: 'length', text: 'b' });
  });

  it('prefers stop over length when the last token does both', async () => {
    const rig = await runOne(scripted([1, 2]), { stop: ['b'], maxTokens: 2 });
    expect(rig.endOf('r')).toBe('stop');
  });

  it('emits whole characters only', async () => {
    const rig = await runOne(scripted([8, 9, 10, 11, 8]), { maxTokens: 5 });
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['', '', '', '😀', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ text: '\uFFFD' });
  });

  it('stops at a string that only the last, incomplete character completes', async () => {
    const rig = await runOne(scripted([1, 8]), { stop: ['a\uFFFD'], maxTokens: 2 });
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.textOf('r')).toBe('');
  });

  it('applies penalties to its own history', async () => {
    const sampling = { ...engineRequest('r').sampling, presencePenalty: 1000 };
    const rig = await runOne({}, { sampling, maxTokens: 8 });
    const ids = rig.of('r').tokens.map((token) => token.tokenId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(1);
  });

  it('draws the same tokens for the same seed and others for another', async () => {
    const run = async (seed: number | null, drawn: number): Promise<number[]> => {
      const rig = new SchedulerRig({}, { drawSeed: () => drawn });
      const sampling = { ...engineRequest('r').sampling, temperature: 5, seed };
      rig.scheduler.submit(engineRequest('r', { sampling, maxTokens: 20 }));
      await rig.runToEnd();
      return rig.of('r').tokens.map((token) => token.tokenId);
    };
    const first = await run(1, 0);
    expect(await run(1, 99)).toEqual(first);
    expect(await run(2, 0)).not.toEqual(first);
    expect(await run(null, 1)).toEqual(first);
    expect(await run(null, 2)).toEqual(await run(2, 0));
  });
});

describe('requests together', () => {
  it('decode in one batch at one precision while a long prompt runs in chunks beside them', async () => {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 3 } });
    rig.scheduler.submit(engineRequest('a', { maxTokens: 20 }));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 20 }));
    await rig.step();
    await rig.step();
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
    expect(codeOf(() => scheduler.submit(engineRequest('c')))).toBe('overloaded');
    await scheduler.step();
    expect(codeOf(() => scheduler.submit(engineRequest('c')))).toBe('accepted');
  });

  it('refuses while draining, and what was accepted still ends', async () => {
    const draining = rig();
    draining.scheduler.submit(engineRequest('a', { maxTokens: 2 }));
    draining.scheduler.drain();
    expect(codeOf(() => draining.scheduler.submit(engineRequest('b')))).toBe('shutting_down');
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
    ['invalid_request max_tokens', { maxTokens: 0 }],
    ['invalid_request stop', { stop: ['a', ''] }],
    ['invalid_request precision', { floor: 3, ceiling: 2 }],
    ['invalid_request precision', { floor: -1, ceiling: 2 }],
    ['invalid_request precision', { floor: 0, ceiling: 4 }],
  ])('answers %s to a request with %o', (code, fields) => {
    expect(codeOf(() => rig().scheduler.submit(engineRequest('r', fields)))).toBe(code);
  });

  it('refuses an id in use, and takes it again afterwards', async () => {
    const { scheduler } = rig();
    scheduler.submit(engineRequest('r', { maxTokens: 1 }));
    expect(codeOf(() => scheduler.submit(engineRequest('r')))).toBe('invalid_request id');
    await scheduler.step();
    expect(codeOf(() => scheduler.submit(engineRequest('r')))).toBe('accepted');
  });

  it('needs limits of at least 1', () => {
    const limits = { maxWaiting: 1, prefillChunk: 0, maxBatch: 1 };
    expect(codeOf(() => new SchedulerRig({}, { limits }))).toBe('invalid_config');
  });
});

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

  it('from a listener stops the request at that token, and a neighbour of the same batch before its own', async () => {
    const rig: SchedulerRig = new SchedulerRig(scripted([]), {
      onEvent: (event) => {
        if (event.type !== 'token' || rig.of('a').tokens.length !== 2) return;
        rig.scheduler.cancel('a');
        rig.scheduler.cancel('b');
      },
    });
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id));
    await rig.runToEnd();
    expect([rig.endOf('a'), rig.endOf('b')]).toEqual(['cancelled', 'cancelled']);
    expect(rig.of('a').tokens).toHaveLength(2);
    expect(rig.of('b').tokens).toHaveLength(0);
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
    expect(codeOf(() => rig.scheduler.submit(engineRequest('c')))).toBe('engine_unavailable');
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
    ['an unknown id', { batchPolicy: () => ({ admit: ['?'], decode: [], prefill: null }) }],
    [
      'decode before the prompt is done',
      { batchPolicy: () => ({ admit: ['r'], decode: [{ rung: 2, ids: ['r'] }], prefill: null }) },
    ],
    [
      'a chunk beyond the prompt',
      { batchPolicy: () => ({ admit: ['r'], decode: [], prefill: { id: 'r', rung: 2, tokens: 4 } }) },
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
