import { describe, expect, it } from 'vitest';
import type { Ladder, ServiceLevel, ServiceTier } from '../../../src/core/index.ts';
import {
  createSloPolicy,
  type RequestView,
  type SchedulingView,
  type SloOptions,
} from '../../../src/scheduler/index.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { LinearCost, type LinearCostMs } from '../../support/linear-cost.ts';
import { refusalCode } from '../../support/refusal-code.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

/** A decode step of n rows takes 4, 6, 8 or 10 ms and n ms; a prompt token 1, 1.5, 2 or 2.5 ms. */
const MS: LinearCostMs = { pass: [4, 6, 8, 10], row: [1, 1, 1, 1], token: [1, 1.5, 2, 2.5] };
const limits = { prefillChunk: 64, maxBatch: 8 };
/** `tpotMs` is what is aimed at: 95 % of the target. */
const level = (tier: ServiceTier, tpotMs: number, ttftMs = 100_000): ServiceLevel => ({
  tier,
  tpotMs: (tpotMs + 1e-9) / 0.95,
  ttftMs,
  weight: 1,
});

/** On pace at 1000 ms. */
function decoder(id: string, tpotMs: number, fields: Partial<RequestView> = {}): RequestView {
  return request(id, {
    level: level('default', tpotMs),
    generatedTokens: 11,
    firstTokenAtMs: 1000 - 10 * tpotMs,
    lastTokenAtMs: 1000,
    maxTokens: 1000,
    ...fields,
  });
}

function rungs(fields: Partial<SchedulingView>, options: SloOptions = {}, ms = MS): Record<string, number> {
  const situation = view({ nowMs: 1000, cost: new LinearCost(ms), limits, ...fields });
  const rungOf = createSloPolicy({ reserve: 1, ...options })(situation);
  return Object.fromEntries([...situation.running, ...situation.waiting].map((row) => [row.id, rungOf(row)]));
}

describe('createSloPolicy', () => {
  it('at rest leaves everyone at the ceiling: decoding, prefilling and waiting', () => {
    const running = [decoder('a', 20), decoder('b', 20, { ceiling: 2, lastRung: 2 }), prompt('p')];
    expect(rungs({ running: running.slice(0, 1), waiting: [prompt('w', { ceiling: 1 })] })).toEqual({
      a: 3,
      w: 1,
    });
    expect(rungs({ running: [decoder('a', 30), ...running.slice(1)] })).toEqual({ a: 3, b: 2, p: 3 });
  });

  it('takes the highest rung at which the step keeps the strictest pace', () => {
    // Three rows take 7, 9, 11 or 13 ms.
    for (const [tpotMs, rung] of [
      [13, 3],
      [12.9, 2],
      [11, 2],
      [10.4, 1],
      [7, 0],
    ] as const) {
      const running = ['a', 'b', 'c'].map((id) => decoder(id, tpotMs));
      expect(rungs({ running }).b).toBe(rung);
    }
  });

  it('when nothing keeps the pace runs the fastest, which need not be the lowest rung', () => {
    const running = ['a', 'b', 'c', 'd'].map((id) => decoder(id, 7));
    expect(rungs({ running })).toEqual({ a: 0, b: 0, c: 0, d: 0 });
    const slowLow = { ...MS, pass: [7, 5, 8, 10] };
    expect(rungs({ running }, {}, slowLow)).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });

  it('gives up nothing for a target that no precision can keep', () => {
    // Read as twice what it takes alone at best, 10 ms, it asks for no more than that.
    const tight = decoder('a', 4, { firstTokenAtMs: 900 });
    expect(rungs({ running: [tight] })).toEqual({ a: 2 });
    expect(rungs({ running: [tight] }, {}, { ...MS, pass: [4, 4, 4, 9] })).toEqual({ a: 3 });
  });

  it('leaves prompts their part of the time', () => {
    const running = ['a', 'b', 'c'].map((id) => decoder(id, 13));
    expect(rungs({ running }).a).toBe(3);
    // Of 13 ms, 15 % are theirs: 11.05.
    expect(rungs({ running, waiting: [prompt('w', { promptTokens: 200 })] }).a).toBe(2);
  });

  describe('keeps what is asked', () => {
    it('pinned requests and ranges', () => {
      const running = [
        decoder('pinned', 9, { floor: 3 }),
        decoder('range', 9, { floor: 1, ceiling: 2, lastRung: 2 }),
        decoder('free', 9),
      ];
      const { pinned, range } = rungs({ running, waiting: [prompt('w', { floor: 2, ceiling: 2 })] });
      expect([pinned, range]).toEqual([3, 1]);
      expect(rungs({ running, waiting: [prompt('w', { floor: 2, ceiling: 2 })] }).w).toBe(2);
    });

    it('the dwell time after a switch, down and up', () => {
      const limited = { switchLimits: { downDwellMs: 100, upDwellMs: 300 } };
      const down = (lastSwitchAtMs: number): number | undefined =>
        rungs({ running: [decoder('a', 7, { lastRung: 2, lastSwitchAtMs })] }, limited).a;
      expect([down(901), down(900)]).toEqual([2, 1]);
      const up = (lastSwitchAtMs: number): number | undefined =>
        rungs({ running: [decoder('a', 40, { lastRung: 1, lastSwitchAtMs })] }, limited).a;
      expect([up(701), up(700)]).toEqual([1, 3]);
    });
  });

  describe('hysteresis', () => {
    it('stays where targets are met, and goes up only with a margin', () => {
      const at = (tpotMs: number, lastRung: number): number | undefined =>
        rungs({ running: [decoder('a', tpotMs, { lastRung })] }).a;
      // One row takes 11 ms at the top: 12.1 with the margin.
      expect([at(11, 3), at(10.4, 3)]).toEqual([3, 2]);
      expect([at(11, 2), at(12, 2), at(12.2, 2)]).toEqual([2, 2, 3]);
      expect(rungs({ running: [decoder('a', 11.1, { lastRung: 2 })] }, { margin: 0.005 }).a).toBe(3);
    });

    it('does not go up on what a request is ahead of its target, but stays on it', () => {
      const ahead = { firstTokenAtMs: 990 };
      expect(rungs({ running: [decoder('a', 10.4, ahead)] }).a).toBe(3);
      expect(rungs({ running: [decoder('a', 10.4, { ...ahead, lastRung: 2 })] }).a).toBe(2);
    });

    it('goes lower to catch up with a target', () => {
      expect(rungs({ running: [decoder('a', 12, { firstTokenAtMs: 1000 - 10 * 12 - 64 })] }).a).toBe(1);
    });
  });

  describe('groups', () => {
    it('joins rows to one that is pinned rather than run two passes', () => {
      // Together at the pinned rung 12 ms; apart 11 + 5 at least.
      const running = [decoder('pinned', 13, { floor: 3 }), decoder('free', 13, { lastRung: 0 })];
      expect(rungs({ running })).toEqual({ pinned: 3, free: 3 });
    });

    it('brings rows of different ceilings together when a pass for each is too much', () => {
      const running = (tpotMs: number) => [
        decoder('a', tpotMs),
        decoder('b', tpotMs, { ceiling: 2, lastRung: 2 }),
      ];
      expect(rungs({ running: running(20) })).toEqual({ a: 3, b: 2 });
      expect(rungs({ running: running(19) })).toEqual({ a: 2, b: 2 });
    });

    it('leaves apart what is cheaper apart', () => {
      // Together at the pinned rung 4 · 6 + 4 ms; apart 4 + 6 and 4 + 3.
      const dear: LinearCostMs = { ...MS, pass: [4, 4, 4, 4], row: [1, 2, 4, 6] };
      const running = [decoder('pinned', 18, { floor: 3 }), ...['a', 'b', 'c'].map((id) => decoder(id, 18))];
      expect(rungs({ running }, {}, dear)).toEqual({ pinned: 3, a: 0, b: 0, c: 0 });
    });
  });

  describe('order', () => {
    const tiers = { p: 'priority', d: 'default', f: 'flex' } as const;
    /** Rows that cost so much at higher rungs that moving one is worth a pass. */
    const dear: LinearCostMs = { ...MS, pass: [0.1, 0.1, 0.1, 0.1], row: [1, 2, 3, 4] };
    const all = (tpotMs: number): Record<string, number> =>
      rungs(
        {
          running: Object.entries(tiers).map(([id, tier]) =>
            decoder(id, tpotMs, { level: level(tier, tpotMs) }),
          ),
        },
        {},
        dear,
      );

    it('flex goes first, then default, priority last, each to its floor before the next', () => {
      expect(all(12.1)).toEqual({ p: 3, d: 3, f: 3 });
      expect(all(11.3)).toEqual({ p: 3, d: 3, f: 2 });
      expect(all(9.3)).toEqual({ p: 3, d: 3, f: 0 });
      expect(all(8.3)).toEqual({ p: 3, d: 2, f: 0 });
      expect(all(6.2)).toEqual({ p: 3, d: 0, f: 0 });
      expect(all(5.2)).toEqual({ p: 2, d: 0, f: 0 });
    });

    it('within a tier those owners go first that have lost the fewest bits', () => {
      const owned = (id: string, bitsLost: number): RequestView =>
        decoder(id, 11.3, { owner: id, account: { chargedMs: 0, bitsLost } });
      expect(rungs({ running: [owned('a', 9), owned('b', 3), owned('c', 6)] }, {}, dear)).toEqual({
        a: 3,
        b: 2,
        c: 3,
      });
    });

    it('the predicted loss decides what counts as better, bits where it was not measured', () => {
      // Rung 1 is no better than rung 0 by its measured loss, so nobody is switched up to it.
      const kl = [0.5, 0.5, 0.1, 0];
      const measured: Ladder = steppedLadder(4).map((config, i) => ({ ...config, predictedKl: kl[i] ?? 0 }));
      const running = [decoder('a', 8, { lastRung: 0 })];
      expect(rungs({ running, ladder: measured }).a).toBe(0);
      expect(rungs({ running }).a).toBe(1);
    });
  });

  describe('first tokens', () => {
    const waits = (id: string, promptTokens: number, ttftMs: number, tier: ServiceTier = 'default') =>
      prompt(id, { promptTokens, level: level(tier, 1000, ttftMs), arrivedAtMs: 1000 });
    const free = { freeSlots: 8 };

    it('prompts run lower when they would come too late, before anyone who decodes does', () => {
      // 640 tokens in ten passes: 680, 1020, 1360 or 1700 ms.
      const of = (ttftMs: number): number | undefined =>
        rungs({ ...free, waiting: [waits('w', 640, ttftMs)] }).w;
      expect([of(1701), of(1699), of(1021), of(690)]).toEqual([3, 2, 1, 0]);
      const beside = rungs({
        ...free,
        running: [decoder('a', 40)],
        waiting: [waits('w', 640, 1700)],
      });
      expect(beside.a).toBe(3);
      expect(beside.w).toBeLessThan(3);
    });

    it('those who decode go lower when that is not enough', () => {
      const beside = rungs({ ...free, running: [decoder('a', 20)], waiting: [waits('w', 640, 1200)] });
      expect(beside.w).toBe(0);
      expect(beside.a).toBeLessThan(3);
    });

    it('flex prompts go lower first', () => {
      const waiting = [waits('f', 320, 100_000, 'flex'), waits('d', 320, 1300)];
      expect(rungs({ ...free, waiting: [waits('f', 320, 1600, 'flex'), waits('d', 320, 1600)] })).toEqual({
        f: 2,
        d: 3,
      });
      expect(rungs({ ...free, waiting })).toEqual({ f: 3, d: 3 });
    });

    it('a first token that is sure to be late is waited for with patience', () => {
      const hopeless = waits('w', 640, 100);
      expect(rungs({ ...free, waiting: [hopeless] }, { patienceMs: 10_000 }).w).toBe(3);
      expect(rungs({ ...free, waiting: [hopeless] }, { patienceMs: 1000 }).w).toBeLessThan(3);
    });

    it('when not even patience is kept everything runs as fast as may be', () => {
      const waiting = Array.from({ length: 40 }, (_, i) => waits(`w${i}`, 640, 1000));
      const of = rungs({ ...free, running: [decoder('a', 40)], waiting }, { patienceMs: 1000 });
      expect(new Set(Object.values(of))).toEqual(new Set([0]));
    });

    it('keeps a reserve for requests yet to come', () => {
      const waiting = [waits('w', 640, 2000)];
      expect(rungs({ ...free, waiting }).w).toBe(3);
      expect(rungs({ ...free, waiting }, { reserve: 1.5 }).w).toBe(1);
    });

    it('nothing is given up for a prompt that waits too long for a slot at any precision', () => {
      const running = [decoder('a', 40), decoder('b', 40)];
      const waiting = [waits('w', 640, 2400)];
      const of = (freeSlots: number, meanOutputTokens: number | null): number | undefined =>
        rungs({ running, waiting, freeSlots, meanOutputTokens }).w;
      // A slot comes free every 100 · 40 / 2 ms, or every 10 · 40 / 2.
      expect(of(8, 100)).toBe(2);
      expect(of(0, 100)).toBe(3);
      expect(of(0, 10)).toBe(2);
    });

    it('runs the last chunk at the rung at which the request will decode', () => {
      const running = [decoder('a', 20), waits('last', 640, 1000)];
      const waiting = [waits('w', 640, 1200)];
      const of = rungs({
        ...free,
        running: [running[0] as RequestView, { ...(running[1] as RequestView), promptLeft: 4 }],
        waiting,
      });
      expect(of.last).toBe(of.a);
    });

    it('a joining request starts at its ceiling, or where the others are when that is too much', () => {
      const at = (tpotMs: number): Record<string, number> =>
        rungs({
          running: [
            decoder('a', tpotMs, { ceiling: 1, lastRung: 1 }),
            prompt('j', { promptTokens: 4, level: level('default', tpotMs) }),
          ],
        });
      // Two passes take 18 ms, one 8, of 85 % of the pace; 16 with a margin when it starts a rung lower.
      expect(at(22)).toEqual({ a: 1, j: 3 });
      expect(at(20)).toEqual({ a: 1, j: 1 });
    });
  });

  it('passes over requests past a deadline, which run no more', () => {
    const deadlines = { queueMs: null, firstTokenMs: null, totalMs: 10 };
    const gone = decoder('gone', 5, { deadlines });
    expect(rungs({ running: [gone, decoder('a', 20)] }).a).toBe(3);
  });

  it('tells why, of whoever is not simply at the ceiling', () => {
    const reasons = (tpotMs: number, lastRung: number, switchLimits = { downDwellMs: 1, upDwellMs: 1 }) => {
      const row = decoder('a', tpotMs, { lastRung, lastSwitchAtMs: 990 });
      const running = [row, decoder('pinned', 90, { floor: 3 })];
      const situation = view({ nowMs: 1000, cost: new LinearCost(MS), limits, running });
      const { why } = createSloPolicy({ switchLimits })(situation);
      return ['a', 'pinned', 'unknown'].map((id) => why?.(id));
    };
    expect(reasons(40, 3)).toEqual([null, 'pinned', null]);
    expect(reasons(40, 1)).toEqual(['goes up: targets are met with a margin', 'pinned', null]);
    expect(reasons(40, 1, { downDwellMs: 50, upDwellMs: 50 })[0]).toBe('meets the targets without a switch');
    expect(reasons(10.5, 3)[0]).toBe('gives up no more than meets the targets');
    expect(reasons(5, 3)[0]).toBe('nothing meets the targets: as fast as may be');
  });

  it.each<[SloOptions]>([
    [{ margin: -0.1 }],
    [{ reserve: 0.9 }],
    [{ switchLimits: { downDwellMs: 0, upDwellMs: 10 } }],
    [{ switchLimits: { downDwellMs: 20, upDwellMs: 10 } }],
  ])('refuses options that bound nothing: %o', (options) => {
    expect(refusalCode(() => createSloPolicy(options))).toBe('invalid_config');
  });
});
