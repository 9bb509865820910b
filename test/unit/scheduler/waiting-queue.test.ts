import { describe, expect, it } from 'vitest';
import { WaitingQueue } from '../../../src/scheduler/waiting-queue.ts';

describe('WaitingQueue', () => {
  it('keeps the order of arrival around removals, and its bound', () => {
    const queue = new WaitingQueue<{ id: string }>(3);
    for (const id of ['a', 'b', 'c']) queue.push({ id });
    expect(queue.full).toBe(true);
    expect(queue.remove('b')).toBe(true);
    expect(queue.remove('b')).toBe(false);
    expect(queue.full).toBe(false);
    queue.push({ id: 'b' });
    expect([...queue].map((item) => item.id)).toEqual(['a', 'c', 'b']);
    expect(queue.get('c')).toEqual({ id: 'c' });
    expect(queue.get('z')).toBeUndefined();
    expect(queue.size).toBe(3);
  });
});
