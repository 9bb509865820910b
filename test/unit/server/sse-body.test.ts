import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SseOutcome, sseBody } from '../../../src/server/http/sse-body.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function open(frames: () => AsyncGenerator<string, void>) {
  const outcomes: SseOutcome[] = [];
  const body = sseBody({
    frames: frames(),
    keepAlive: { frame: ': still here\n\n', everyMs: 100 },
    stalledReaderMs: 1_000,
    encodeFailure: (thrown) => `data: ${(thrown as Error).message}\n\n`,
    onEnd: (outcome) => outcomes.push(outcome),
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  return { outcomes, reader, body };
}

describe('sseBody', () => {
  it('comments while there is nothing to say, and loses no frame by it', async () => {
    const { reader, outcomes } = open(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 250));
      yield 'data: 1\n\n';
    });
    const texts: string[] = [];
    const reading = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) texts.push(next.value);
    })();
    await vi.advanceTimersByTimeAsync(1_000);
    await reading;
    expect(texts).toEqual([': still here\n\n', ': still here\n\n', 'data: 1\n\n']);
    expect(outcomes).toEqual(['complete']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up a reader that stops reading, however much there would be to send', async () => {
    let produced = 0;
    const outcomes: SseOutcome[] = [];
    const body = sseBody({
      frames: (async function* () {
        for (;;) yield `data: ${produced++}\n\n`;
      })(),
      keepAlive: { frame: '', everyMs: 100 },
      stalledReaderMs: 1_000,
      encodeFailure: String,
      onEnd: (outcome) => outcomes.push(outcome),
    });
    const reader = body.getReader();
    await reader.read();
    await vi.advanceTimersByTimeAsync(999);
    expect(outcomes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(outcomes).toEqual(['stalled']);
    expect(produced).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('turns a failure into the last frame', async () => {
    const { reader, outcomes } = open(async function* () {
      yield 'data: 1\n\n';
      throw new Error('broken');
    });
    expect((await reader.read()).value).toBe('data: 1\n\n');
    expect((await reader.read()).value).toBe('data: broken\n\n');
    expect((await reader.read()).done).toBe(true);
    expect(outcomes).toEqual(['failed']);
  });

  it('ends once when the reader leaves, and closes its frames', async () => {
    let closed = false;
    const outcomes: SseOutcome[] = [];
    const body = sseBody({
      frames: (async function* () {
        try {
          for (;;) yield 'data: x\n\n';
        } finally {
          closed = true;
        }
      })(),
      keepAlive: { frame: '', everyMs: 100 },
      stalledReaderMs: 1_000,
      encodeFailure: String,
      onEnd: (outcome) => outcomes.push(outcome),
    });
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(outcomes).toEqual(['disconnected']);
    expect(closed).toBe(true);
  });
});
