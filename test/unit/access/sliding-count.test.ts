import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/access/limit-windows.ts';
import { SlidingCount } from '../../../src/access/sliding-count.ts';

const MINUTE_MS = 60_000;
const SLOT_MS = 1_000;

describe('SlidingCount', () => {
  it('[U2] never lets more than the limit into any minute, and holds nothing longer than a slot beyond it', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(20_000), amount: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const limit = 10;
        const count = new SlidingCount(MINUTE);
        const granted: { at: number; amount: number }[] = [];
        const usedSince = (from: number) =>
          granted.reduce((sum, { at, amount }) => sum + (at > from ? amount : 0), 0);
        let now = 0;
        for (const { afterMs, amount } of all) {
          now += afterMs;
          if (count.total(now) + amount <= limit) {
            count.add(amount, now);
            granted.push({ at: now, amount });
            expect(usedSince(now - MINUTE_MS)).toBeLessThanOrEqual(limit);
          } else {
            expect(usedSince(now - MINUTE_MS - SLOT_MS) + amount).toBeGreaterThan(limit);
          }
        }
      }),
    );
  });

  it('says exactly when there is room again', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(9_000), amount: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, fc.nat(20), (all, room) => {
        const count = new SlidingCount(MINUTE);
        let now = 0;
        for (const { afterMs, amount } of all) {
          now += afterMs;
          count.add(amount, now);
        }
        const wait = count.withinInMs(room, now);
        if (wait > 0) expect(count.total(now + wait - 1)).toBeGreaterThan(room);
        expect(count.total(now + wait)).toBeLessThanOrEqual(room);
        expect(count.emptyInMs(now + wait)).toBeLessThanOrEqual(MINUTE_MS + SLOT_MS);
      }),
    );
  });

  it('takes back what was too much where it was counted, and adds what was too little now', () => {
    const count = new SlidingCount(MINUTE);
    const slot = count.add(100, 500);
    count.correct(slot, -90, 30_000);
    expect(count.total(30_000)).toBe(10);
    expect(count.emptyInMs(30_000)).toBe(31_000);
    count.correct(slot, 5, 30_000);
    expect([count.total(30_000), count.total(61_000), count.total(91_000)]).toEqual([15, 5, 0]);
    count.correct(slot, -1_000, 91_000);
    expect(count.total(91_000)).toBe(0);
  });
});
