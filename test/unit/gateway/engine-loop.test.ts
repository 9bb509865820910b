import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRequest, type GenerationEvent, QueptError } from '../../../src/core/index.ts';
import type { EngineStatistics, StepMessage } from '../../../src/gateway/channel.ts';
import { EngineLoop, type LoopScheduler } from '../../../src/gateway/engine-loop.ts';
import { StatisticsCollector } from '../../../src/scheduler/index.ts';
import { engineRequest } from './engine-request.ts';

/** Gives every request one token per step until it has `maxTokens`; notes every call in `calls`. */
class CountingScheduler implements LoopScheduler {
  readonly calls: string[] = [];
  unhealthy: string | null = null;
  /** Called in the middle of each step. */
  midStep: () => void = () => {};
  readonly #left = new Map<string, number>();
  readonly #emit: (event: GenerationEvent) => void;

  constructor(emit: (event: GenerationEvent) => void) {
    this.#emit = emit;
  }

  submit({ id, maxTokens }: EngineRequest): void {
    if (id.startsWith('refuse')) throw new QueptError('overloaded', 'No room.');
    this.calls.push(`submit ${id}`);
    this.#left.set(id, maxTokens);
  }

  cancel(id: string): void {
    this.calls.push(`cancel ${id}`);
    if (this.#left.delete(id)) this.#end(id);
  }

  async step(): Promise<boolean> {
    this.calls.push('step');
    if (this.#left.size === 0) return false;
    const ids = [...this.#left.keys()];
    await Promise.resolve();
    this.midStep();
    for (const requestId of ids) {
      this.#emit({ type: 'token', requestId, tokenId: 5, text: 'x', rung: 0 });
      const left = (this.#left.get(requestId) ?? 1) - 1;
      this.#left.set(requestId, left);
      if (left === 0) {
        this.#left.delete(requestId);
        this.#end(requestId);
      }
    }
    return true;
  }

  snapshot() {
    return {
      running: this.#left.size,
      waiting: 0,
      prefillTokensPending: 0,
      freeSlots: 8,
      kvTokensUsed: 0,
      kvTokensCapacity: 0,
      belowCeiling: { priority: 0, default: 0, flex: 0 },
      kvTokensKept: 0,
      prefixTokensQueried: 0,
      prefixTokensReused: 0,
      preemptions: 0,
      tokensGenerated: 0,
      unhealthy: this.unhealthy,
    };
  }

  #end(requestId: string): void {
    this.#emit({ type: 'failed', requestId, code: 'cancelled', message: 'ended' });
  }
}

const NOTHING_HAPPENED: EngineStatistics = {
  ...new StatisticsCollector().take(),
  cost: { errors: { decode: null, prefill: null }, slowness: 1, longestStepMs: 0 },
  transfers: { uploadedBytes: 0, downloadedBytes: 0 },
};

function loopUnderTest() {
  const posted: StepMessage[] = [];
  let onPost: () => void = () => {};
  let scheduler: CountingScheduler | undefined;
  const loop = new EngineLoop(
    (emit) => {
      scheduler = new CountingScheduler(emit);
      return scheduler;
    },
    () => NOTHING_HAPPENED,
    async (message) => {
      posted.push(message);
      onPost();
    },
  );
  /** Resolves when `count` messages have been posted in all. */
  const messages = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onPost = () => {
        if (posted.length >= count) resolve();
      };
      onPost();
    });
  return { loop, posted, messages, scheduler: scheduler as unknown as CountingScheduler };
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};
const shape = ({ events }: StepMessage): string[] =>
  events.map((event) => `${event.requestId} ${event.type}`);

describe('EngineLoop', () => {
  let stop: () => void = () => {};
  afterEach(() => stop());

  it('posts all events of a step as one message, and one message per step', async () => {
    const { loop, posted, messages } = loopUnderTest();
    stop = () => loop.stop();
    loop.receive({
      type: 'work',
      submit: [engineRequest('a', { maxTokens: 2 }), engineRequest('b', { maxTokens: 1 })],
      cancel: [],
    });
    const running = loop.run();
    await messages(2);
    await turns(5);
    expect(posted.map(shape)).toEqual([
      ['a token', 'b token', 'b failed'],
      ['a token', 'a failed'],
    ]);
    expect(posted.map(({ snapshot }) => snapshot.running)).toEqual([1, 0]);
    loop.stop();
    await running;
  });

  it('sleeps without work: no step until a message comes', async () => {
    const { loop, messages, scheduler } = loopUnderTest();
    stop = () => loop.stop();
    const running = loop.run();
    await turns(20);
    expect(scheduler.calls).toEqual(['step']);
    loop.receive({ type: 'work', submit: [engineRequest('a', { maxTokens: 1 })], cancel: [] });
    await messages(1);
    await turns(20);
    expect(scheduler.calls).toEqual(['step', 'submit a', 'step', 'step']);
    loop.stop();
    await running;
  });

  it('applies a message that came in the middle of a step after that step', async () => {
    const { loop, messages, scheduler } = loopUnderTest();
    stop = () => loop.stop();
    scheduler.midStep = () => {
      scheduler.midStep = () => {};
      loop.receive({ type: 'work', submit: [engineRequest('b', { maxTokens: 1 })], cancel: ['a'] });
      expect(scheduler.calls.at(-1)).toBe('step');
    };
    loop.receive({ type: 'work', submit: [engineRequest('a')], cancel: [] });
    const running = loop.run();
    await messages(2);
    expect(scheduler.calls.slice(0, 5)).toEqual(['submit a', 'step', 'submit b', 'cancel a', 'step']);
    loop.stop();
    await running;
  });

  it('answers every work message, even one that leads to no step', async () => {
    const { loop, posted, messages } = loopUnderTest();
    stop = () => loop.stop();
    const running = loop.run();
    loop.receive({ type: 'work', submit: [], cancel: ['unknown'] });
    await messages(1);
    expect(posted.map(shape)).toEqual([[]]);
    loop.stop();
    await running;
  });

  it("turns the scheduler's refusal into the request's terminal event", async () => {
    const { loop, posted, messages } = loopUnderTest();
    stop = () => loop.stop();
    loop.receive({ type: 'work', submit: [engineRequest('refused'), engineRequest('a')], cancel: [] });
    const running = loop.run();
    await messages(1);
    expect(posted[0]?.events).toEqual([
      { type: 'failed', requestId: 'refused', code: 'overloaded', message: 'No room.' },
      { type: 'token', requestId: 'a', tokenId: 5, text: 'x', rung: 0 },
    ]);
    loop.stop();
    await running;
  });

  it('rejects once the scheduler is unhealthy, after its last events are out', async () => {
    const { loop, posted, scheduler } = loopUnderTest();
    loop.receive({ type: 'work', submit: [engineRequest('a')], cancel: [] });
    scheduler.midStep = () => {
      scheduler.unhealthy = 'The commit failed.';
    };
    await expect(loop.run()).rejects.toThrow('The commit failed.');
    expect(posted.map(shape)).toEqual([['a token']]);
  });
});
