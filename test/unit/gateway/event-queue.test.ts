import { describe, expect, it, vi } from 'vitest';
import type { GenerationEvent } from '../../../src/core/index.ts';
import { EventQueue } from '../../../src/gateway/event-queue.ts';

const token = (tokenId: number): GenerationEvent => ({
  type: 'token',
  requestId: 'r',
  tokenId,
  text: `${tokenId}`,
  rung: 0,
});
const failed: GenerationEvent = {
  type: 'failed',
  requestId: 'r',
  code: 'engine_unavailable',
  message: 'gone',
};

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('EventQueue', () => {
  it('yields events pushed before and after the reader came, in order, and ends after the terminal one', async () => {
    const onLeave = vi.fn();
    const queue = new EventQueue(onLeave);
    queue.push(token(1));
    const reading = collect(queue);
    await Promise.resolve();
    queue.push(token(2));
    queue.push(failed);
    expect(await reading).toEqual([token(1), token(2), failed]);
    expect(onLeave).not.toHaveBeenCalled();
  });

  it('drops everything after the terminal event', async () => {
    const queue = new EventQueue(() => {});
    queue.push(failed);
    queue.push(token(1));
    queue.push(failed);
    expect(await collect(queue)).toEqual([failed]);
  });

  it('tells once when the reader leaves before the end, and keeps nothing for it', async () => {
    const onLeave = vi.fn();
    const queue = new EventQueue(onLeave);
    queue.push(token(1));
    for await (const event of queue) {
      expect(event).toEqual(token(1));
      break;
    }
    await queue.return();
    queue.push(token(2));
    expect(await queue.next()).toEqual({ done: true, value: undefined });
    expect(onLeave).toHaveBeenCalledTimes(1);
  });

  it('tells of a reader that leaves without having read', async () => {
    const onLeave = vi.fn();
    await new EventQueue(onLeave).return();
    expect(onLeave).toHaveBeenCalledTimes(1);
  });

  it('does not tell when the reader leaves after the terminal event was pushed', async () => {
    const onLeave = vi.fn();
    const queue = new EventQueue(onLeave);
    queue.push(token(1));
    queue.push(failed);
    await queue.next();
    await queue.return();
    expect(onLeave).not.toHaveBeenCalled();
  });

  it('ends a read that waits when the reader leaves', async () => {
    const queue = new EventQueue(() => {});
    const reading = queue.next();
    await queue.return();
    expect(await reading).toEqual({ done: true, value: undefined });
  });
});
