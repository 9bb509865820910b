import { describe, expect, it } from 'vitest';
import type { ServiceLevel } from '../../../src/core/index.ts';
import {
  createLiveMetrics,
  NO_METRICS,
  type ServingMetrics,
  tellBoth,
} from '../../../src/observability/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FLEX: ServiceLevel = { tier: 'flex', ttftMs: 400, tpotMs: 50, weight: 1 };
const EAGER: ServiceLevel = { tier: 'priority', ttftMs: 100, tpotMs: 10, weight: 4 };
const UNMEASURED: ServiceLevel = { ...FLEX, ttftMs: Infinity, tpotMs: Infinity };
const belowCeiling = { priority: 0, default: 0, flex: 0 };

function watched() {
  const clock = new VirtualClock();
  const { metrics, figures } = createLiveMetrics(clock);
  metrics.serving(FAKE_MODEL);
  return { clock, metrics, figures, all: () => figures.after(-1) };
}

describe('live figures', () => {
  it('[V2] add up what was told within a second, by tier and rung', () => {
    const { clock, metrics, all } = watched();
    metrics.engineState({ running: 2, waiting: 1, kvUsage: 0.25, belowCeiling });
    metrics.firstToken(7, 0.1, FLEX);
    metrics.firstToken(5, 0.2, EAGER);
    metrics.tokenServed('q8', null, FLEX);
    metrics.tokenServed('q8', 0.02, FLEX);
    metrics.tokenServed('q2', 0.04, FLEX);
    metrics.tokenServed('q4', null, EAGER);
    metrics.stepRan({ phase: 'decode', config: 'q8', seconds: 0.02, byPrediction: null });
    metrics.stepRan({ phase: 'prefill', config: 'q8', seconds: 0.3, byPrediction: null });
    metrics.precisionSwitched('q8', 'q2', 'overload');
    metrics.precisionSwitched('q8', 'q2', 'overload');
    metrics.precisionSwitched('q2', 'q8', 'headroom');
    metrics.requestFinished('stop', 1);
    metrics.requestFinished('cancelled', 1);
    metrics.requestFailed('engine_unavailable');
    metrics.requestRefused('tier_share');
    metrics.sloJudged('flex', 'ttft', false);
    metrics.sloJudged('flex', 'all', false);
    metrics.sloJudged('flex', 'all', true);
    expect(all()).toEqual([]);
    clock.advance(1_000);
    expect(all()).toEqual([
      {
        at: 0,
        running: 2,
        waiting: 1,
        kvUsage: 0.25,
        promptTokens: 12,
        tokens: new Map([
          ['priority', [0, 1, 0]],
          ['flex', [1, 0, 2]],
        ]),
        firstTokens: new Map([
          ['priority', { count: 1, bins: new Map([[61, 1]]), targetMs: 100 }],
          ['flex', { count: 1, bins: new Map([[53, 1]]), targetMs: 400 }],
        ]),
        pace: new Map([['flex', { tokens: 2, meanMs: expect.closeTo(30), targetMs: 50 }]]),
        passes: { prefill: { count: 1, seconds: 0.3 }, decode: { count: 1, seconds: 0.02 } },
        switches: [
          { from: 'q8', to: 'q2', reason: 'overload', count: 2 },
          { from: 'q2', to: 'q8', reason: 'headroom', count: 1 },
        ],
        targets: new Map([['flex', { met: 1, judged: 2 }]]),
        ended: { finished: 1, cancelled: 1, failed: 1, refused: 1 },
      },
    ]);
  });

  it.each([0.05, 0.4, 1, 3.7, 210, 12_345])('keep a time of %d ms in a bin at most 4.5 %% off', (ms) => {
    const { clock, metrics, all } = watched();
    metrics.firstToken(1, ms / 1000, UNMEASURED);
    clock.advance(1_000);
    const first = all()[0]?.firstTokens.get('flex');
    const [bin = 0] = [...(first?.bins.keys() ?? [])];
    expect(2 ** (bin / 8) / Math.max(ms, 0.1)).toBeGreaterThan(1 / 1.0451);
    expect(2 ** (bin / 8) / Math.max(ms, 0.1)).toBeLessThan(1.0451);
    expect(first?.targetMs).toBe(null);
  });

  it('end a second with the state that was told in it, not with a later one', () => {
    const { clock, metrics, all } = watched();
    metrics.engineState({ running: 3, waiting: 0, kvUsage: 0.5, belowCeiling });
    clock.advance(2_500);
    metrics.engineState({ running: 1, waiting: 0, kvUsage: 0.1, belowCeiling });
    clock.advance(1_000);
    expect(all().map(({ at, running }) => [at, running])).toEqual([
      [0, 3],
      [2, 1],
    ]);
  });

  it('[V5] keep five minutes, and nothing of seconds in which nothing happened', () => {
    const { clock, metrics, figures, all } = watched();
    for (let second = 0; second < 1_000; second++) {
      metrics.requestRefused('tier_share');
      clock.advance(1_000);
    }
    expect(all()).toHaveLength(figures.keptSeconds);
    expect(all().at(-1)?.at).toBe(999);
    expect(figures.after(997).map(({ at }) => at)).toEqual([998, 999]);
    clock.advance(100_000);
    expect(all()).toHaveLength(figures.keptSeconds - 100);
    clock.advance(300_000);
    expect(all()).toEqual([]);
  });

  it('take no harm from a config that the ladder does not have', () => {
    const { clock, metrics, all } = watched();
    metrics.tokenServed('q3', null, FLEX);
    clock.advance(1_000);
    expect(all()[0]?.tokens).toEqual(new Map());
  });
});

describe('metrics that tell two others', () => {
  it('tell both the same, of everything', () => {
    const heard: [unknown[], unknown[]] = [[], []];
    const names = Object.keys(tellBoth(NO_METRICS, NO_METRICS)) as (keyof ServingMetrics)[];
    const listener = (to: unknown[]) =>
      Object.fromEntries(
        names.map((name) => [name, (...values: unknown[]) => to.push([name, ...values])]),
      ) as unknown as ServingMetrics;
    const both = tellBoth(listener(heard[0]), listener(heard[1])) as unknown as Record<
      string,
      (...values: unknown[]) => void
    >;
    for (const name of names) both[name]?.(1, 2, 3);
    expect(heard[0].map((call) => (call as unknown[])[0])).toEqual(names);
    expect(heard[0]).toEqual(heard[1]);
    // What has three parameters passes all of them on.
    expect(heard[0]).toContainEqual(['tokenServed', 1, 2, 3]);
    expect(heard[0]).toContainEqual(['sloJudged', 1, 2, 3]);
  });
});
