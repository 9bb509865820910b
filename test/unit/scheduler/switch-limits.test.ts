import { describe, expect, it } from 'vitest';
import { mostSwitches, SWITCH_LIMITS, type SwitchLimits } from '../../../src/scheduler/index.ts';
import { reachableRungs } from '../../../src/scheduler/switch-limits.ts';
import { request } from '../../support/hand-made-view.ts';

const limits: SwitchLimits = { downDwellMs: 100, upDwellMs: 300 };

describe('reachableRungs', () => {
  const switched = request('r', { floor: 1, ceiling: 3, lastRung: 2, lastSwitchAtMs: 1000 });

  it.each([
    [1000, { low: 2, high: 2 }],
    [1099, { low: 2, high: 2 }],
    [1100, { low: 1, high: 2 }],
    [1299, { low: 1, high: 2 }],
    [1300, { low: 1, high: 3 }],
  ])('at %d ms, after a switch at 1000, is %o', (nowMs, range) => {
    expect(reachableRungs(switched, nowMs, limits)).toEqual(range);
  });

  it('is the whole range before the first switch, and one rung when pinned', () => {
    expect(reachableRungs(request('r'), 0, limits)).toEqual({ low: 0, high: 3 });
    expect(reachableRungs(request('r', { floor: 2, ceiling: 2, lastRung: 2 }), 0, limits)).toEqual({
      low: 2,
      high: 2,
    });
  });
});

describe('mostSwitches', () => {
  /** The most that a request can be switched in a closed window, in whole milliseconds, by trying everything. */
  function tried({ downDwellMs, upDwellMs }: SwitchLimits, rungs: number, windowMs: number): number {
    const known = new Map<string, number>();
    const reached = (rung: number, sinceMs: number, leftMs: number): number => {
      const key = `${rung}/${sinceMs}/${leftMs}`;
      const cached = known.get(key);
      if (cached !== undefined) return cached;
      let most = 0;
      for (let to = 0; to < rungs; to++) {
        if (to === rung) continue;
        const waitMs = Math.max(0, (to < rung ? downDwellMs : upDwellMs) - sinceMs);
        if (waitMs <= leftMs) most = Math.max(most, 1 + reached(to, 0, leftMs - waitMs));
      }
      known.set(key, most);
      return most;
    };
    // The first switch may come as early as the window begins.
    return Math.max(...Array.from({ length: rungs }, (_, rung) => reached(rung, upDwellMs, windowMs)));
  }

  it('is what an adversary reaches, and no more than that', () => {
    for (const [down, up] of [
      [1, 1],
      [1, 3],
      [2, 5],
      [3, 4],
    ] as const) {
      for (let rungs = 1; rungs <= 5; rungs++) {
        for (let windowMs = 0; windowMs <= 40; windowMs++) {
          const of: SwitchLimits = { downDwellMs: down, upDwellMs: up };
          expect(tried(of, rungs, windowMs)).toBe(mostSwitches(of, rungs, windowMs));
        }
      }
    }
  });

  it('with the defaults is 30 a minute for two rungs, 52 for four', () => {
    expect([1, 2, 4].map((rungs) => mostSwitches(SWITCH_LIMITS, rungs, 60_000))).toEqual([0, 30, 52]);
  });
});
