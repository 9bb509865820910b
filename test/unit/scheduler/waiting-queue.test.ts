import { describe, expect, it } from 'vitest';
import type { RequestView } from '../../../src/scheduler/index.ts';
import { WaitingQueue } from '../../../src/scheduler/waiting-queue.ts';
import { prompt } from '../../support/hand-made-view.ts';

const ids = (requests: Iterable<RequestView>): string[] => [...requests].map(({ id }) => id);

function waits(id: string, ttftMs: number, fields: Partial<RequestView> = {}): RequestView {
  return prompt(id, { level: { ...prompt('').level, ttftMs }, ...fields });
}

describe('WaitingQueue', () => {
  it('keeps the order of arrival around removals, and its bound', () => {
    const queue = new WaitingQueue(3);
    for (const id of ['a', 'b', 'c']) queue.push(prompt(id));
    expect(queue.full).toBe(true);
    expect(queue.remove('b')).toBe(true);
    expect(queue.remove('b')).toBe(false);
    expect(queue.full).toBe(false);
    queue.push(prompt('b'));
    expect(ids(queue)).toEqual(['a', 'c', 'b']);
    expect(queue.get('c')?.id).toBe('c');
    expect(queue.get('z')).toBeUndefined();
    expect(queue.size).toBe(3);
  });

  it('shows everyone of a short queue in order of arrival', () => {
    const queue = new WaitingQueue(10);
    queue.push(waits('slow', 100));
    queue.push(waits('soon', 1));
    expect(ids(queue.view(50, 2))).toEqual(['slow', 'soon']);
  });

  it('shows of a long queue the longest waiting, the most urgent on time and the longest late', () => {
    const queue = new WaitingQueue(100);
    for (let i = 0; i < 10; i++) queue.push(waits(`patient${i}`, 1000));
    for (let i = 0; i < 10; i++) queue.push(waits(`late${i}`, 10 + i));
    for (let i = 0; i < 10; i++) queue.push(waits(`urgent${i}`, 130 - i));
    const shown = ['patient0', 'patient1', 'late0', 'late1', 'urgent8', 'urgent9'];
    expect(ids(queue.view(50, 2))).toEqual(shown);
    for (const id of shown) queue.remove(id);
    expect(ids(queue.view(50, 2))).toEqual(['patient2', 'patient3', 'late2', 'late3', 'urgent6', 'urgent7']);
    // Time passes: what was urgent is late.
    expect(ids(queue.view(500, 1))).toEqual(['patient2', 'late2']);
  });

  it('shows everyone past a deadline, whichever it is and however deep in the queue', () => {
    const queue = new WaitingQueue(100);
    for (let i = 0; i < 50; i++) queue.push(waits(`r${i}`, 1000));
    const never = { queueMs: null, firstTokenMs: null, totalMs: null };
    queue.push(waits('queue', 2000, { deadlines: { ...never, queueMs: 5 } }));
    queue.push(waits('first', 2000, { deadlines: { ...never, firstTokenMs: 6, totalMs: 100 } }));
    queue.push(waits('total', 2000, { deadlines: { ...never, totalMs: 7 } }));
    queue.push(waits('gone', 2000, { deadlines: { ...never, totalMs: 7 } }));
    queue.remove('gone');
    expect(ids(queue.view(4, 1))).toEqual(['r0']);
    expect(ids(queue.view(6, 1))).toEqual(['r0', 'queue', 'first']);
    expect(ids(queue.view(7, 1))).toEqual(['r0', 'queue', 'first', 'total']);
  });

  it('shows the most urgent of every owner, however many requests another has; of too many, the least charged', () => {
    const queue = new WaitingQueue(1000);
    for (let i = 0; i < 200; i++) queue.push(waits(`flood${i}`, 10, { owner: 'flood' }));
    queue.push(waits('other', 5000, { owner: 'other' }));
    expect(ids(queue.view(0, 4))).toContain('other');
    for (let i = 0; i < 9; i++) {
      const account = { chargedMs: 100 - i, bitsLost: 0 };
      queue.push(waits(`o${i}`, 9000, { owner: `o${i}`, account }));
    }
    expect(ids(queue.view(0, 4)).filter((id) => !id.startsWith('flood'))).toEqual(['other', 'o7', 'o8']);
  });
});
