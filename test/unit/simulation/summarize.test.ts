import { describe, expect, test } from 'vitest';
import { type Ladder, type ServiceTier, toPublicError } from '../../../src/core/index.ts';
import { Recorder } from '../../../src/simulation/recorder.ts';
import { type SimulationResult, summarize } from '../../../src/simulation/summarize.ts';

const config = { planes: [], ranks: [], msPerToken: null };
const LADDER: Ladder = [
  { ...config, id: 'q4', averageBits: 4, predictedKl: 0.02 },
  { ...config, id: 'q8', averageBits: 8, predictedKl: 0.01 },
];

/** When each token comes and at which rung; then how the request ends. */
interface Story {
  readonly arrives: number;
  readonly tier?: ServiceTier;
  readonly tokens: readonly (readonly [ms: number, rung: number])[];
  readonly end?: 'finished' | 'failed' | 'refused';
}

/** Targets of every request: 100 ms to the first token, 10 ms to each other. */
function tell(stories: readonly Story[], spanMs = 1000): SimulationResult {
  const recorder = new Recorder(LADDER, 100);
  const moments: [ms: number, act: () => void][] = [];
  stories.forEach(({ arrives, tier = 'default', tokens, end = 'finished' }, i) => {
    const level = { tier, ttftMs: 100, tpotMs: 10, weight: 1 };
    const requestId = `r${i}`;
    if (end === 'refused') {
      recorder.refuse(arrives, level);
      return;
    }
    recorder.accept(requestId, arrives, level);
    for (const [ms, rung] of tokens) {
      moments.push([ms, () => recorder.take({ type: 'token', requestId, tokenId: 1, text: '', rung })]);
    }
    const { code, message } = toPublicError(null);
    const usage = { promptTokens: 1, completionTokens: tokens.length, cachedTokens: 0 };
    const precision = { averageBits: 0, configs: [], switches: 0 };
    moments.push([
      tokens.at(-1)?.[0] ?? arrives,
      () =>
        recorder.take(
          end === 'failed'
            ? { type: 'failed', requestId, code, message }
            : { type: 'finished', requestId, reason: 'length', text: '', usage, precision },
        ),
    ]);
  });
  for (const [ms, act] of moments.toSorted(([a], [b]) => a - b)) {
    act();
    recorder.deliver(ms);
  }
  const { records, timeline } = recorder;
  const spent = { simulatedMs: 2000, busyMs: 500, steps: 7, passes: 9 };
  return summarize({ policy: 'p', ladder: LADDER, records, timeline, step: null, spanMs, ...spent });
}

/** n tokens from `first` on, `gap` apart. */
const steady = (first: number, gap: number, n: number, rung = 1) =>
  Array.from({ length: n }, (_, i) => [first + gap * i, rung] as const);

describe('attainment', () => {
  test('asks for both targets together, and takes the bound as met', () => {
    const result = tell([
      { arrives: 0, tokens: steady(100, 10, 5) },
      { arrives: 0, tokens: steady(101, 5, 5) },
      { arrives: 0, tokens: steady(50, 10.5, 5) },
      { arrives: 40, tokens: steady(160, 11, 5) },
    ]);
    expect(result).toMatchObject({ attainment: 0.25, ttftAttainment: 0.5, tpotAttainment: 0.5 });
    expect(result).toMatchObject({ arrivalRate: 4, goodput: 1, utilisation: 0.25, simulatedSeconds: 2 });
  });

  test('counts refusals and failures as missed, however good they were until then', () => {
    const result = tell([
      { arrives: 0, tokens: steady(10, 5, 5) },
      { arrives: 0, tokens: steady(10, 5, 5), end: 'failed' },
      { arrives: 0, tokens: [], end: 'refused' },
      { arrives: 0, tokens: [], end: 'failed' },
    ]);
    expect(result).toMatchObject({
      requests: 4,
      refused: 1,
      failed: 2,
      attainment: 0.25,
      ttftAttainment: 0.25,
    });
  });

  test('has no TPOT to miss where there is one token', () => {
    const result = tell([{ arrives: 0, tokens: [[90, 1]] }]);
    expect(result).toMatchObject({ attainment: 1, tpotMs: null, itlMs: null });
  });

  test('is told by tier, the most urgent first', () => {
    const result = tell([
      { arrives: 0, tier: 'flex', tokens: steady(10, 5, 2) },
      { arrives: 0, tier: 'priority', tokens: steady(200, 5, 2, 0) },
      { arrives: 0, tier: 'flex', tokens: steady(300, 5, 2) },
    ]);
    expect(result.tiers.map(({ tier, requests, attainment }) => [tier, requests, attainment])).toEqual([
      ['priority', 1, 0],
      ['flex', 2, 0.5],
    ]);
    expect(result.tiers.map(({ averageBits }) => averageBits)).toEqual([4, 8]);
  });
});

test('times are those of the definitions', () => {
  const { ttftMs, tpotMs, itlMs } = tell([
    {
      arrives: 20,
      tokens: [
        [50, 1],
        [52, 1],
        [70, 1],
      ],
    },
  ]);
  expect(ttftMs).toEqual({ p50: 30, p95: 30, p99: 30 });
  expect(tpotMs).toEqual({ p50: 10, p95: 10, p99: 10 });
  expect(itlMs?.p50).toBe(10);
  expect(itlMs?.p95).toBeCloseTo(2 + 0.95 * 16, 9);
});

describe('quality', () => {
  test('is over tokens, and weighs goodput by the least agreement with full precision', () => {
    const result = tell([
      { arrives: 0, tokens: steady(10, 5, 3, 0) },
      { arrives: 0, tokens: steady(10, 5, 1, 1) },
    ]);
    expect(result.averageBits).toBe(5);
    expect(result.meanKl).toBeCloseTo(0.0175, 12);
    const weight = 1 - (3 * Math.sqrt(0.02 / 2) + Math.sqrt(0.01 / 2)) / 4;
    expect(result.qualityWeight).toBeCloseTo(weight, 12);
    expect(result.qualityWeightedGoodput).toBeCloseTo(2 * weight, 12);
    expect(result.ladderWeight).toBeCloseTo(1 - 0.0175 / 0.02, 12);
    expect(result.ladderWeightedGoodput).toBeCloseTo(2 * 0.125, 12);
  });

  test('of the lowest rung alone is worth nothing on the scale of the ladder, exactly', () => {
    expect(tell([{ arrives: 0, tokens: steady(10, 5, 7, 0) }]).ladderWeightedGoodput).toBe(0);
  });

  test('is unknown without tokens', () => {
    const result = tell([{ arrives: 0, tokens: [], end: 'refused' }]);
    expect(result).toMatchObject({ averageBits: null, meanKl: null, qualityWeight: 1, goodput: 0 });
  });
});

test('switches are changes between tokens of one request, by the minutes of its decoding', () => {
  const result = tell([
    {
      arrives: 0,
      tokens: [
        [0, 1],
        [10, 0],
        [20, 0],
        [30_000, 1],
      ],
    },
    { arrives: 0, tokens: steady(5, 10, 2, 0) },
  ]);
  expect(result.switches).toBe(2);
  expect(result.switchesPerRequestMinute).toBeCloseTo(2 / (30_010 / 60_000), 9);
});

test('the course of time has a window for every stretch, empty ones too', () => {
  const { timeline, windowSeconds } = tell([
    {
      arrives: 10,
      tokens: [
        [20, 1],
        [30, 0],
        [330, 0],
      ],
    },
    { arrives: 150, tokens: [], end: 'refused' },
  ]);
  expect(windowSeconds).toBe(0.1);
  expect(timeline).toEqual([
    {
      seconds: 0,
      arrivals: 1,
      tokens: 2,
      averageBits: 6,
      meanGapMs: 10,
      p95GapMs: 10,
      lateGapShare: 0,
      p95TpotByTarget: 1,
      p95TtftByTarget: 0.1,
      switches: 1,
    },
    {
      seconds: 0.1,
      arrivals: 1,
      tokens: 0,
      averageBits: null,
      meanGapMs: null,
      p95GapMs: null,
      lateGapShare: null,
      p95TpotByTarget: null,
      p95TtftByTarget: null,
      switches: 0,
    },
    {
      seconds: 0.2,
      arrivals: 0,
      tokens: 0,
      averageBits: null,
      meanGapMs: null,
      p95GapMs: null,
      lateGapShare: null,
      p95TpotByTarget: null,
      p95TtftByTarget: null,
      switches: 0,
    },
    {
      seconds: 0.3,
      arrivals: 0,
      tokens: 1,
      averageBits: 4,
      meanGapMs: 300,
      p95GapMs: 300,
      lateGapShare: 1,
      p95TpotByTarget: 31 / 2,
      p95TtftByTarget: null,
      switches: 0,
    },
  ]);
});
