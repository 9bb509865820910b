import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceLevel } from '../../../src/core/index.ts';
import type { RequestView } from '../../../src/scheduler/index.ts';
import { orderPrompts } from '../../../src/scheduler/prompt-order.ts';
import { prompt } from '../../support/hand-made-view.ts';

interface Job {
  readonly dueMs: number;
  readonly ms: number;
  readonly chargedMs?: number;
  readonly level?: Partial<ServiceLevel>;
}

function order(jobs: Record<string, Job>, nowMs = 0, patienceMs = 100) {
  const requests = Object.entries(jobs).map(([id, { dueMs, chargedMs = 0, level }]) =>
    prompt(id, {
      arrivedAtMs: -1000,
      account: { chargedMs, bitsLost: 0 },
      level: { tier: 'default', ttftMs: dueMs + 1000, tpotMs: 10, weight: 1, ...level },
    }),
  );
  const ids = (list: readonly RequestView[]): string => list.map(({ id }) => id).join(' ');
  const { onTime, overdue, late } = orderPrompts(requests, nowMs, ({ id }) => jobs[id]?.ms ?? 0, patienceMs);
  return { onTime: ids(onTime), overdue: ids(overdue), late: ids(late) };
}

describe('orderPrompts', () => {
  it('earliest due time first, among equals the owner charged least, then first come', () => {
    expect(
      order({
        c: { dueMs: 90, ms: 10 },
        heavy: { dueMs: 50, ms: 10, chargedMs: 7 },
        light: { dueMs: 50, ms: 10, chargedMs: 3 },
        same: { dueMs: 50, ms: 10, chargedMs: 3 },
      }),
    ).toEqual({ onTime: 'light same heavy c', overdue: '', late: '' });
  });

  it('without targets: the owner charged least first, then first come', () => {
    const never = { dueMs: Number.POSITIVE_INFINITY, ms: 10 };
    expect(
      order({ a: { ...never, chargedMs: 5 }, b: never, c: { ...never, chargedMs: 5 }, d: never }).onTime,
    ).toBe('b d a c');
  });

  it('sets aside who is sure to be late, until patience ends', () => {
    expect(
      order({
        sure: { dueMs: 8, ms: 10 },
        missed: { dueMs: -50, ms: 10 },
        older: { dueMs: -300, ms: 10 },
        old: { dueMs: -200, ms: 10 },
        fine: { dueMs: 50, ms: 10 },
      }),
    ).toEqual({ onTime: 'fine', overdue: 'older old', late: 'missed sure' });
  });

  it('late ones: by tier, then the owner charged least, then by due time', () => {
    const late = (dueMs: number, chargedMs: number, tier: ServiceLevel['tier']): Job => ({
      dueMs,
      ms: 10,
      chargedMs,
      level: { tier },
    });
    expect(
      order({
        f: late(-90, 0, 'flex'),
        d3: late(-80, 9, 'default'),
        d2: late(-20, 2, 'default'),
        d1: late(-40, 2, 'default'),
        p: late(-10, 99, 'priority'),
      }).late,
    ).toBe('p d1 d2 d3 f');
  });

  it('when not all can be in time, lets the one that takes longest be late', () => {
    expect(
      order({ long: { dueMs: 60, ms: 50 }, a: { dueMs: 70, ms: 20 }, b: { dueMs: 80, ms: 20 } }),
    ).toEqual({
      onTime: 'a b',
      overdue: '',
      late: 'long',
    });
  });

  it('… for its weight', () => {
    const long: Job = { dueMs: 60, ms: 50, level: { weight: 10 } };
    expect(order({ long, a: { dueMs: 65, ms: 20 } }).onTime).toBe('long');
  });

  it('… of the lowest tier, however short it is', () => {
    const urgent: Job = { dueMs: 60, ms: 50, level: { tier: 'priority' } };
    const flex: Job = { dueMs: 50, ms: 11, level: { tier: 'flex' } };
    expect(order({ urgent, flex, other: { dueMs: 100, ms: 10 } })).toMatchObject({
      onTime: 'urgent other',
      late: 'flex',
    });
  });

  it('… of the owner that was charged most, by whole seconds, however short it is', () => {
    const jobs = (chargedMs: number): Record<string, Job> => ({
      long: { dueMs: 60, ms: 50, chargedMs: 5000 },
      short: { dueMs: 65, ms: 20, chargedMs },
    });
    expect(order(jobs(5900)).onTime).toBe('short');
    expect(order(jobs(6000)).onTime).toBe('long');
  });

  it('keeps as many in time as any choice would', () => {
    const job = fc.record({ dueMs: fc.integer({ min: 1, max: 60 }), ms: fc.integer({ min: 1, max: 25 }) });
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 8 }), (list) => {
        const jobs = Object.fromEntries(list.map((one, i) => [`j${i}`, one]));
        const { onTime, late } = order(jobs);
        const chosen = onTime.split(' ').filter(Boolean);
        let doneMs = 0;
        for (const id of chosen) {
          doneMs += jobs[id]?.ms ?? 0;
          expect(doneMs).toBeLessThanOrEqual(jobs[id]?.dueMs ?? 0);
        }
        expect(chosen.length + late.split(' ').filter(Boolean).length).toBe(list.length);
        expect(chosen.length).toBe(mostInTime(list));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

/** Tries every subset; one can be in time exactly if it is so by due time. */
function mostInTime(jobs: readonly Job[]): number {
  const sorted = jobs.toSorted((a, b) => a.dueMs - b.dueMs);
  let most = 0;
  for (let subset = 0; subset < 1 << sorted.length; subset++) {
    const members = sorted.filter((_, i) => (subset >> i) & 1);
    let doneMs = 0;
    const inTime = members.every(({ ms, dueMs }) => {
      doneMs += ms;
      return doneMs <= dueMs;
    });
    if (inTime) most = Math.max(most, members.length);
  }
  return most;
}
