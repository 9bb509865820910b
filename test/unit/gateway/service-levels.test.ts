import { describe, expect, it } from 'vitest';
import { resolvePrecision } from '../../../src/core/index.ts';
import { rangeWithin, ServiceLevels, type TierSettings } from '../../../src/gateway/service-levels.ts';
import type { UnloadedProfile } from '../../../src/scheduler/index.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

/** q2, q4, q6, q8. */
const LADDER = steppedLadder(4);
const UNSET: TierSettings = {
  ttftMs: null,
  tpotMs: null,
  weight: null,
  minBits: null,
  maxBits: null,
  share: null,
};
const TIERS = { priority: UNSET, default: UNSET, flex: UNSET };
/** A chunk of n tokens takes 10 + n ms, a row 10 ms and a hundredth for each token before it. */
const UNLOADED: UnloadedProfile = {
  cost: {
    slowness: 1,
    weights: { decode: [[0], [0], [0], [10, 0, 0.01, 0]], prefill: [[0], [0], [0], [10, 1, 0]] },
  },
  rung: 3,
  prefillChunk: 16,
};
const NO_WISH = { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null };

describe('service levels', () => {
  it('derive from what the machine does unloaded, for a prompt of this length', () => {
    const levels = new ServiceLevels(TIERS, LADDER);
    levels.measured(UNLOADED);
    const targets = (tier: 'priority' | 'default' | 'flex' | null, promptTokens: number) => {
      const { ttftMs, tpotMs, tier: served } = levels.grant({ ...NO_WISH, tier }, promptTokens).level;
      return [served, ttftMs, tpotMs];
    };
    // Two chunks take 40 ms, four 100 ms.
    expect(targets(null, 20)).toEqual(['default', 320, 20.4]);
    expect(targets('default', 20)).toEqual(['default', 320, 20.4]);
    expect(targets('priority', 20)).toEqual(['priority', 160, 10.2]);
    expect(targets('flex', 20)).toEqual(['flex', 1600, 102]);
    expect(targets(null, 60)).toEqual(['default', 500, 21.2]);
    expect(levels.grant({ ...NO_WISH, tier: 'priority' }).level.weight).toBeGreaterThan(
      levels.grant({ ...NO_WISH, tier: 'flex' }).level.weight,
    );
  });

  it('come down when the machine turns out to be clearly faster than its profile, and do not go up again', () => {
    const levels = new ServiceLevels(TIERS, LADDER);
    const tpotMs = () => levels.grant(NO_WISH, 0).level.tpotMs;
    levels.observed(0.5);
    expect(tpotMs()).toBe(Number.POSITIVE_INFINITY);
    levels.measured(UNLOADED);
    for (const slowness of [3, 0.85]) levels.observed(slowness);
    expect(tpotMs()).toBe(20);
    for (const slowness of [0.5, 0.45, 2]) levels.observed(slowness);
    expect(tpotMs()).toBe(10);
    levels.measured(UNLOADED);
    expect(tpotMs()).toBe(20);
  });

  it('are what an operator sets, and have no targets where nothing was measured', () => {
    const flex = { ...UNSET, ttftMs: 9000, weight: 2 };
    const { level } = new ServiceLevels({ ...TIERS, flex }, LADDER).grant({ ...NO_WISH, tier: 'flex' });
    expect(level).toEqual({ tier: 'flex', ttftMs: 9000, tpotMs: Infinity, weight: 2 });
  });

  it('can be tightened by a request and not loosened', () => {
    const levels = new ServiceLevels(TIERS, LADDER);
    levels.measured(UNLOADED);
    expect(levels.grant({ tier: null, ttftMs: 100, tpotMs: 500, timeoutMs: null }, 100).level).toMatchObject({
      ttftMs: 100,
      tpotMs: 22,
    });
  });

  it('name the tier whose bits the model does not have', () => {
    const flex = { ...UNSET, minBits: 4.5, maxBits: 5.5 };
    expect(() => new ServiceLevels({ ...TIERS, flex }, LADDER)).toThrow(
      expect.objectContaining({
        code: 'invalid_config',
        message: expect.stringMatching(/'flex'.*q4 \(4\.00\)/),
      }),
    );
  });
});

describe('the range of a request in a tier', () => {
  const flex = { ...UNSET, minBits: 3, maxBits: 6 };
  const { range } = new ServiceLevels({ ...TIERS, flex }, LADDER).grant({ ...NO_WISH, tier: 'flex' });

  it.each([
    [{ kind: 'auto' }, [1, 2, false]],
    [{ kind: 'config', id: 'q4' }, [1, 1, true]],
    [{ kind: 'range', minBits: 5, maxBits: null }, [2, 2, false]],
    [{ kind: 'range', minBits: null, maxBits: 4 }, [1, 1, false]],
  ] as const)('is what both admit: %j', (wish, [floor, ceiling, pinned]) => {
    const wanted = resolvePrecision(LADDER, wish);
    expect(rangeWithin(LADDER, 'flex', range, wanted)).toEqual({ floor, ceiling, pinned });
  });

  it.each([[{ kind: 'bits', bits: 8 }], [{ kind: 'config', id: 'q2' }]] as const)(
    'refuses what they do not share, saying what there is: %j',
    (wish) => {
      const wanted = resolvePrecision(LADDER, wish);
      expect(() => rangeWithin(LADDER, 'flex', range, wanted)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          param: 'precision',
          message: expect.stringContaining('q4, q6'),
        }),
      );
    },
  );
});
