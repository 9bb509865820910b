import { describe, expect, it } from 'vitest';
import type { DashboardData, SecondData } from '../../../src/web/live/dashboard-data.ts';
import {
  averageBits,
  batchSizes,
  firstTokenTimes,
  paces,
  quantile,
  shareOnTime,
  states,
  switchCounts,
  targetTimes,
  tokenRates,
  totalSwitches,
  totalTokens,
} from '../../../src/web/live/live-series.ts';
import { LiveWindow } from '../../../src/web/live/live-window.ts';

function second(at: number, fields: Partial<SecondData> = {}): SecondData {
  return {
    at,
    running: 0,
    waiting: 0,
    kv_usage: 0,
    prompt_tokens: 0,
    tokens: {},
    first_tokens: {},
    pace: {},
    passes: { prefill: { count: 0, seconds: 0 }, decode: { count: 0, seconds: 0 } },
    switches: [],
    targets: {},
    ended: { finished: 0, cancelled: 0, failed: 0, refused: 0 },
    ...fields,
  };
}

function data(now: number, seconds: readonly SecondData[], boot = 'a'): DashboardData {
  return {
    boot,
    now,
    kept_seconds: 300,
    model: 'tiny',
    version: '1',
    ready: true,
    reason: null,
    policy: 'slo',
    slots: 8,
    max_waiting: 1,
    key: null,
    rungs: ['q4', 'q8'],
    seconds,
  };
}

describe('the window of seconds', () => {
  it('[V2] shows each second at its place, and what is not told of as nothing', () => {
    const window = new LiveWindow();
    expect(window.known).toBe(null);
    expect(window.add(data(10.7, [second(6), second(9)]))).toBe(true);
    expect(window.known).toBe(9);
    expect(window.last(4).map((each) => each?.at ?? null)).toEqual([6, null, null, 9]);
    window.add(data(11.8, [second(10)]));
    expect(window.last(3).map((each) => each?.at ?? null)).toEqual([null, 9, 10]);
    expect(window.before(2)?.at).toBe(6);
    expect(window.before(9)).toBe(null);
  });

  it('forgets what is no longer kept, and all of a server that was started again', () => {
    const window = new LiveWindow();
    window.add(data(10, [second(5)]));
    window.add(data(306.5, [second(300)]));
    expect(window.last(6)[0]?.at).toBe(300);
    expect(window.before(6)).toBe(null);
    expect(window.add(data(2, [], 'b'))).toBe(false);
    expect(window.known).toBe(null);
    expect(window.add(data(2, [second(1)], 'b'))).toBe(true);
    expect(window.last(1)[0]?.at).toBe(1);
  });
});

describe('series', () => {
  const busy = second(1, {
    tokens: { default: [30, 10], flex: [40, 0] },
    pace: {
      default: { tokens: 30, mean_ms: 10, target_ms: 20 },
      flex: { tokens: 10, mean_ms: 40, target_ms: 50 },
    },
    passes: { prefill: { count: 1, seconds: 0.1 }, decode: { count: 20, seconds: 0.5 } },
    targets: { default: { met: 3, judged: 4 }, flex: { met: 2, judged: 6 } },
    switches: [
      { from: 'q8', to: 'q4', reason: 'overload', count: 3 },
      { from: 'q4', to: 'q8', reason: 'headroom', count: 1 },
    ],
  });

  it('[V2] tell tokens per second by rung, as their mean over four seconds', () => {
    expect(tokenRates([null, busy, null, null, null, null], 2)).toEqual([
      [0, 35, 70 / 3, 17.5, 17.5, 0],
      [0, 5, 10 / 3, 2.5, 2.5, 0],
    ]);
    expect(totalTokens([busy, null, busy], 2)).toEqual([140, 20]);
  });

  it('[V2] tell bits averaged over tokens, and nothing where there were none', () => {
    expect(averageBits([null, busy], [4, 8], ['default'])).toEqual([null, 5]);
    expect(averageBits([busy], [4, 8], ['default', 'flex'])).toEqual([4.5]);
    expect(averageBits([busy], [4, 8], ['priority'])).toEqual([null]);
  });

  it('tell times by the tokens behind them, with their targets', () => {
    const slower = second(2, { pace: { default: { tokens: 10, mean_ms: 30, target_ms: 40 } } });
    expect(paces([busy, slower], 'default')).toEqual([10, 15]);
    expect(targetTimes([busy, slower], 'default', 'pace')).toEqual([20, 30]);
    const first = second(3, {
      first_tokens: {
        flex: {
          count: 20,
          bins: [
            [40, 19],
            [80, 1],
          ],
          target_ms: null,
        },
      },
    });
    expect(firstTokenTimes([first, null], 'flex')).toEqual([32, 32]);
    expect(targetTimes([first], 'flex', 'first_tokens')).toEqual([null]);
  });

  it('take quantiles of bins, whatever their order', () => {
    expect(quantile([], 0.5)).toBe(null);
    expect(
      quantile(
        [
          [80, 1],
          [40, 1],
        ],
        0.5,
      ),
    ).toBe(32);
    expect(
      quantile(
        [
          [80, 1],
          [40, 1],
        ],
        0.95,
      ),
    ).toBe(1024);
  });

  it('keep a state until another is told', () => {
    const waiting = second(1, { waiting: 4 });
    expect(states([null, waiting, null, second(3), null], 'waiting', null)).toEqual([0, 4, 4, 0, 0]);
    expect(states([null], 'waiting', waiting)).toEqual([4]);
  });

  it('tell how many answers a pass carried on, and which went where and why', () => {
    expect(batchSizes([null, busy])).toEqual([null, 2]);
    expect(switchCounts([null, busy], 'overload')).toEqual([0, 3]);
    expect(totalSwitches([busy, null, busy])[0]).toEqual({
      from: 'q8',
      to: 'q4',
      reason: 'overload',
      count: 6,
    });
    expect(shareOnTime([busy])).toBe(0.5);
    expect(shareOnTime([null])).toBe(null);
  });
});
