import { describe, expect, it } from 'vitest';
import type { GenerationEvent } from '../../../src/core/index.ts';
import { mergeEvents } from '../../../src/server/merge-events.ts';

function token(requestId: string): GenerationEvent {
  return { type: 'token', requestId, tokenId: 0, text: requestId, rung: 0 };
}

/** A source of `count` tokens that notes when it is closed. */
function source(id: string, count: number) {
  const state = { taken: 0, closed: false };
  async function* events(): AsyncGenerator<GenerationEvent, void> {
    try {
      for (; state.taken < count; state.taken++) yield token(id);
    } finally {
      state.closed = true;
    }
  }
  return { state, events: events() };
}

describe('mergeEvents', () => {
  it('passes all events on in order of each source, starving none', async () => {
    const sources = [source('a', 3), source('b', 50), source('c', 3)];
    const indexes: number[] = [];
    for await (const { index } of mergeEvents(sources.map((entry) => entry.events))) indexes.push(index);
    expect(indexes).toHaveLength(56);
    expect(indexes.slice(0, 9).filter((index) => index === 0)).toHaveLength(3);
    expect(indexes.slice(0, 9).filter((index) => index === 2)).toHaveLength(3);
  });

  it('closes every source when it is left', async () => {
    const sources = [source('a', 10), source('b', 10)];
    for await (const _ of mergeEvents(sources.map((entry) => entry.events))) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(sources.map((entry) => entry.state.closed)).toEqual([true, true]);
    expect(sources.every((entry) => entry.state.taken <= 1)).toBe(true);
  });

  it('throws what a source throws and closes the others', async () => {
    const good = source('a', 1_000);
    async function* bad(): AsyncGenerator<GenerationEvent, void> {
      yield token('b');
      throw new Error('broken');
    }
    const read = async () => {
      for await (const _ of mergeEvents([good.events, bad()]));
    };
    await expect(read()).rejects.toThrow('broken');
    await new Promise((resolve) => setImmediate(resolve));
    expect(good.state.closed).toBe(true);
  });

  it('ends at once without sources', async () => {
    expect(await mergeEvents([]).next()).toEqual({ done: true, value: undefined });
  });
});
