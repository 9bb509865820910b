import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type GenerateRequest,
  type Generation,
  type GenerationEvent,
  NO_OWNER,
  type QueptError,
  WITHOUT_TARGETS,
} from '../../src/core/index.ts';
import type { createGateway, Gateway, GatewayOptions } from '../../src/gateway/index.ts';
import { createLogger, NO_METRICS } from '../../src/observability/index.ts';
import { builtModule } from '../support/built-cli.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

/** One service with two slots and one place to wait, on a model that never ends a greedy answer by itself. */
let artefact: TinyArtefact;
let gateway: Gateway;
let loading: { readiness: ReturnType<Gateway['readiness']>; refusal: unknown };
let create: typeof createGateway;
let created = 0;

const never = new AbortController().signal;

function request(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    id: `request-${++created}`,
    callId: `call-${created}`,
    owner: NO_OWNER,
    model: null,
    prompt: { kind: 'text', text: 'the cat' },
    sampling: { temperature: 0 },
    maxTokens: 5,
    stop: [],
    precision: { kind: 'auto' },
    service: { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null },
    ...changes,
  };
}
const endless = { maxTokens: null };

async function collect({ events }: Generation): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const terminals = (events: readonly GenerationEvent[]) => events.filter(({ type }) => type !== 'token');

async function firstEvent({ events }: Generation): Promise<void> {
  await events[Symbol.asyncIterator]().next();
}

function refusal(refused: Promise<unknown>): Promise<QueptError> {
  return refused.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: QueptError) => error,
  );
}

/** Resolves when a request is served from beginning to end, which needs a free slot. */
async function untilServed(): Promise<GenerationEvent[]> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    try {
      return await collect(await gateway.generate(request(), never));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const UNSET_TIER = { ttftMs: null, tpotMs: null, weight: null, minBits: null, maxBits: null, share: null };

function options(changes: Partial<GatewayOptions> = {}): GatewayOptions {
  return {
    artefactDirectory: artefact.directory,
    slots: 2,
    maxWaiting: 1,
    maxWorkTokens: null,
    toolFormat: null,
    contextLength: null,
    prefillChunk: 16,
    policy: 'fixed',
    prefixSharing: 'owner',
    threads: 1,
    device: 'cpu',
    deviceMemoryBytes: null,
    tiers: { priority: UNSET_TIER, default: UNSET_TIER, flex: UNSET_TIER },
    deadlines: WITHOUT_TARGETS.deadlines,
    decisionLog: 100,
    record: null,
    loadTimeoutMs: null,
    stallTimeoutMs: 10_000,
    metrics: NO_METRICS,
    logger: createLogger({ level: 'silent', destination: 'stderr' }),
    ...changes,
  };
}

async function untilSnapshot(expected: Partial<NonNullable<Gateway['snapshot']>>): Promise<void> {
  await vi.waitFor(() => expect(gateway.snapshot).toMatchObject(expected), { timeout: 10_000, interval: 5 });
}

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 32_768 });
  const url = pathToFileURL(await builtModule('gateway/index.js')).href;
  create = ((await import(url)) as { createGateway: typeof createGateway }).createGateway;
  gateway = await create(options());
  const early = await refusal(gateway.generate(request(), never));
  loading = { readiness: gateway.readiness(), refusal: early };
  await gateway.ready;
});

afterAll(async () => {
  await gateway?.close(0);
  await artefact?.remove();
});

describe('a gateway', () => {
  it('is not ready and refuses while the model loads', () => {
    expect(loading.readiness).toEqual({ ready: false, reason: 'the model is loading' });
    expect(loading.refusal).toMatchObject({ code: 'engine_unavailable', retryAfterMs: 1_000 });
    expect(gateway.readiness()).toEqual({ ready: true, reason: null });
  });

  it('keeps two requests of one id apart and gives each its own events under that id', async () => {
    const generations = await Promise.all([
      gateway.generate(request({ id: 'same', maxTokens: 3 }), never),
      gateway.generate(request({ id: 'same', maxTokens: 4 }), never),
    ]);
    const answers = await Promise.all(generations.map(collect));
    expect(answers.map((events) => events.map(({ type }) => type))).toEqual([
      ['token', 'token', 'token', 'finished'],
      ['token', 'token', 'token', 'token', 'finished'],
    ]);
    expect(new Set(answers.flat().map(({ requestId }) => requestId))).toEqual(new Set(['same']));
  });

  it('answers a request that was aborted before or during tokenization with one cancelled event', async () => {
    const during = new AbortController();
    const pending = gateway.generate(request(), during.signal);
    during.abort();
    for (const generation of [await gateway.generate(request(), AbortSignal.abort()), await pending]) {
      expect(await collect(generation)).toMatchObject([
        { type: 'finished', reason: 'cancelled', usage: { completionTokens: 0 } },
      ]);
    }
    await untilServed();
  });

  it('cancels while the prompt runs, in mid-answer and while waiting, and frees the place each time', async () => {
    const aborts = Array.from({ length: 3 }, () => new AbortController());
    const long = { kind: 'tokens' as const, tokens: new Array(20_000).fill(5) };
    const submit = (at: number, changes: Partial<GenerateRequest>) =>
      gateway.generate(request({ ...endless, ...changes }), aborts[at]?.signal ?? never);
    const decoding = await submit(0, {});
    await firstEvent(decoding);
    // At 16 tokens a step the prompt takes far longer than this test.
    const inPrompt = await submit(1, { prompt: long });
    const waiting = await submit(2, {});
    await untilSnapshot({ running: 2, waiting: 1 });
    expect(await refusal(gateway.generate(request(), never))).toMatchObject({ code: 'overloaded' });
    // The one that waits first: with a free slot it would wait no longer.
    const generations = [decoding, inPrompt, waiting];
    for (const at of [2, 1, 0]) {
      aborts[at]?.abort();
      const events = await collect(generations[at] ?? decoding);
      expect(terminals(events)).toMatchObject([{ type: 'finished', reason: 'cancelled' }]);
    }
    await untilServed();
    expect(gateway.snapshot).toMatchObject({ running: 0, waiting: 0, freeSlots: 2 });
  });

  it('cancels a request whose reader leaves', async () => {
    for (let i = 0; i < 3; i++) {
      const { events } = await gateway.generate(request(endless), never);
      for await (const event of events) {
        expect(event.type).toBe('token');
        break;
      }
    }
    await untilServed();
  });

  it('does not let a reader that stalls hold up another', async () => {
    const stalled = await gateway.generate(request({ maxTokens: 200 }), never);
    await firstEvent(stalled);
    expect(await untilServed()).toHaveLength(6);
    expect(await collect(stalled)).toHaveLength(200);
  });

  it('fails every request in flight exactly once when the engine dies, and serves again', async () => {
    const generations = await Promise.all(
      Array.from({ length: 3 }, () => gateway.generate(request(endless), never)),
    );
    if (generations[0]) await firstEvent(generations[0]);
    const pid = gateway.enginePid;
    process.kill(pid ?? 0, 'SIGKILL');
    for (const generation of generations) {
      expect(terminals(await collect(generation))).toMatchObject([
        { type: 'failed', code: 'engine_unavailable', requestId: generation.request.id },
      ]);
    }
    expect(gateway.readiness()).toEqual({ ready: false, reason: 'the engine is restarting' });
    expect(await refusal(gateway.generate(request(), never))).toMatchObject({ code: 'engine_unavailable' });
    expect(terminals(await untilServed())).toMatchObject([{ type: 'finished', reason: 'length' }]);
    expect(gateway.enginePid).not.toBe(pid);
  });

  it('keeps trying when the engine cannot start again, and is back once it can', async () => {
    const weights = join(artefact.directory, 'model.safetensors');
    const pids = new Set([gateway.enginePid]);
    await rename(weights, `${weights}.away`);
    try {
      process.kill(gateway.enginePid ?? 0, 'SIGKILL');
      await vi.waitFor(() => expect(pids.add(gateway.enginePid).size).toBe(4), {
        timeout: 20_000,
        interval: 5,
      });
      expect(gateway.readiness()).toEqual({ ready: false, reason: 'the engine is restarting' });
    } finally {
      await rename(`${weights}.away`, weights);
    }
    expect(terminals(await untilServed())).toMatchObject([{ type: 'finished', reason: 'length' }]);
  });

  it('gives up a first start that takes too long, and says so', async () => {
    const late = await create(options({ loadTimeoutMs: 1 }));
    expect(await refusal(late.ready)).toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining('did not load the model within 1 ms'),
    });
    expect(late.readiness()).toEqual({ ready: false, reason: 'the model could not be loaded' });
    await late.close(0);
  });

  it('refuses a format of calls that its template cannot teach the model', async () => {
    expect(gateway.model.toolFormat).toBe('hermes');
    await expect(create(options({ toolFormat: 'mistral' }))).rejects.toMatchObject({
      code: 'invalid_config',
      param: 'toolFormat',
    });
  });

  it('shortens the context on request, and never lengthens it', async () => {
    for (const [contextLength, served] of [
      [64, 64],
      [1_000_000, 32_768],
    ] as const) {
      const other = await create(options({ contextLength }));
      expect(other.model).toMatchObject({ id: 'tiny', contextLength: served });
      if (contextLength === 64) {
        await other.ready;
        const long = { kind: 'tokens' as const, tokens: new Array(64).fill(5) };
        expect(await refusal(other.generate(request({ prompt: long }), never))).toMatchObject({
          code: 'context_length_exceeded',
        });
        expect(await collect(await other.generate(request(), never))).toHaveLength(6);
      }
      await other.close(0);
    }
  });

  it('lets requests finish while it closes, refuses new ones, and fails what outlives the grace', async () => {
    const short = await gateway.generate(request({ maxTokens: 50 }), never);
    const outliving = await gateway.generate(request(endless), never);
    const closing = gateway.close(500);
    expect(gateway.status()).toMatchObject({ ready: false, draining: true, inFlight: expect.any(Number) });
    expect(await refusal(gateway.generate(request(), never))).toMatchObject({ code: 'shutting_down' });
    expect(terminals(await collect(short))).toMatchObject([{ type: 'finished', reason: 'length' }]);
    expect(terminals(await collect(outliving))).toMatchObject([{ type: 'failed', code: 'shutting_down' }]);
    await closing;
  });
});
