import { describe, expect, test } from 'vitest';
import { inBursts } from '../../../src/simulation/arrival-times.ts';
import { thinTrace } from '../../../src/simulation/thin-trace.ts';
import type { TraceRow } from '../../../src/simulation/trace.ts';
import { createWorkload, traceRate, type WorkloadOptions } from '../../../src/simulation/workload.ts';

/** 101 requests in 100 s, most of them early. */
const TRACE: TraceRow[] = Array.from({ length: 101 }, (_, i) => ({
  atMs: 100_000 * (i / 100) ** 2,
  promptTokens: i + 1,
  outputTokens: 200 - i,
}));

function options(fields: Partial<WorkloadOptions>): WorkloadOptions {
  return {
    trace: TRACE,
    arrivals: 'trace',
    lengths: { prompt: { kind: 'constant', tokens: 7 }, output: { kind: 'uniform', from: 2, to: 9 } },
    rate: { kind: 'scale', factor: 1 },
    bursts: null,
    durationMs: null,
    requests: null,
    tiers: [{ tier: 'default', share: 1 }],
    contextLength: 4096,
    seed: 5,
    ...fields,
  };
}

const poisson = (fields: Partial<WorkloadOptions> = {}) =>
  createWorkload(
    options({
      trace: null,
      arrivals: 'poisson',
      rate: { kind: 'per-second', value: 4 },
      durationMs: 1_000_000,
      ...fields,
    }),
  );

describe('a trace', () => {
  test('keeps its times and lengths', () => {
    const { arrivals, spanMs } = createWorkload(options({}));
    expect(
      arrivals.map(({ atMs, promptTokens, outputTokens }) => ({ atMs, promptTokens, outputTokens })),
    ).toEqual(TRACE);
    expect(spanMs).toBe(101_000);
  });

  test('is scaled, and cut by time or by number', () => {
    const twice = createWorkload(options({ rate: { kind: 'scale', factor: 2 }, durationMs: 12_500 }));
    expect(twice.arrivals.at(-1)?.atMs).toBe(TRACE[49]!.atMs / 2);
    expect(twice.spanMs).toBe(12_500);
    expect(createWorkload(options({ requests: 3 })).arrivals).toHaveLength(3);
  });

  test('at a rate of its own choosing is stretched over the part that is used', () => {
    const rate = { kind: 'per-second', value: 5 } as const;
    const { arrivals, spanMs } = createWorkload(options({ rate, requests: 50 }));
    expect(arrivals).toHaveLength(50);
    expect((1000 * arrivals.length) / spanMs).toBeCloseTo(5, 9);
    const timed = createWorkload(options({ rate, durationMs: 8_000 }));
    expect(timed.arrivals.length).toBe(40);
    expect(timed.arrivals[10]!.atMs / timed.arrivals[20]!.atMs).toBeCloseTo(1 / 4, 9);
  });

  test('smooth has the same lengths at even distances', () => {
    const { arrivals } = createWorkload(options({ arrivals: 'even' }));
    expect(arrivals.map(({ promptTokens }) => promptTokens)).toEqual(TRACE.map((row) => row.promptTokens));
    const gaps = arrivals.slice(1).map(({ atMs }, i) => atMs - arrivals[i]!.atMs);
    for (const gap of gaps) expect(gap).toBeCloseTo(1000 / traceRate(TRACE), 6);
  });

  test('clips what the context cannot hold, and counts it', () => {
    const { arrivals, clippedOutputs, clippedPrompts } = createWorkload(options({ contextLength: 200 }));
    for (const { promptTokens, outputTokens } of arrivals) {
      expect(promptTokens).toBeGreaterThan(0);
      expect(promptTokens + outputTokens).toBeLessThanOrEqual(200);
    }
    // Outputs of 200 to 101 tokens against half of the context; prompts up to 101 against what is left: 100.
    expect([clippedOutputs, clippedPrompts]).toEqual([100, 1]);
  });
});

describe('Poisson arrivals', () => {
  test('come at the rate, with gaps as irregular as they should be', () => {
    const { arrivals, spanMs } = poisson();
    expect(arrivals).toHaveLength(4000);
    expect(spanMs).toBe(1_000_000);
    expect(arrivals.at(-1)!.atMs).toBeLessThan(spanMs);
    const gaps = arrivals.slice(1).map(({ atMs }, i) => atMs - arrivals[i]!.atMs);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.abs(mean - 250)).toBeLessThan(12);
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.06);
  });

  test('depend on the seed alone, and another rate brings the same requests', () => {
    expect(poisson()).toEqual(poisson());
    expect(poisson({ seed: 6 }).arrivals[0]).not.toEqual(poisson().arrivals[0]);
    const faster = poisson({ rate: { kind: 'per-second', value: 8 }, durationMs: 500_000 }).arrivals;
    const slower = poisson().arrivals;
    expect(faster[100]?.atMs).toBeCloseTo(slower[100]!.atMs / 2, 6);
    expect(faster[100]?.outputTokens).toBe(slower[100]?.outputTokens);
  });

  test('take lengths of the trace at random', () => {
    const { arrivals } = createWorkload(options({ arrivals: 'poisson', requests: 300 }));
    const lengths = arrivals.map(({ promptTokens }) => promptTokens);
    expect(arrivals.every(({ promptTokens, outputTokens }) => promptTokens + outputTokens === 201)).toBe(
      true,
    );
    expect(new Set(lengths).size).toBeGreaterThan(80);
    expect(lengths).not.toEqual(lengths.toSorted((a, b) => a - b));
  });
});

describe('gamma arrivals', () => {
  const gapsOf = (gapVariation: number) => {
    const { arrivals, spanMs } = poisson({ arrivals: 'gamma', gapVariation });
    expect([arrivals.length, spanMs]).toEqual([4000, 1_000_000]);
    return arrivals.slice(1).map(({ atMs }, i) => atMs - arrivals[i]!.atMs);
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  // 4000 gaps: the standard error of their variation is some 1 % at 0.5, 3 % at 1 and 6 % at 3.
  test.each([
    [0.5, 0.03],
    [1, 0.06],
    [3, 0.15],
  ])('have gaps of the mean of the rate and of the variation asked for: %d', (variation, tolerance) => {
    const gaps = gapsOf(variation);
    const average = mean(gaps);
    expect(Math.abs(average - 250) / 250).toBeLessThan(0.05);
    const spread = Math.sqrt(mean(gaps.map((gap) => (gap - average) ** 2))) / average;
    expect(Math.abs(spread / variation - 1)).toBeLessThan(tolerance);
  });

  test('have the skewness of a gamma distribution, twice the variation', () => {
    const gaps = gapsOf(0.5);
    const average = mean(gaps);
    const variance = mean(gaps.map((gap) => (gap - average) ** 2));
    const skewness = mean(gaps.map((gap) => (gap - average) ** 3)) / variance ** 1.5;
    expect(Math.abs(skewness - 1)).toBeLessThan(0.2);
  });

  test('depend on the seed alone', () => {
    expect(gapsOf(2)).toEqual(gapsOf(2));
  });
});

describe('a thinned trace', () => {
  test('keeps the ups and downs of the part that is used, and scales lengths', () => {
    const kept = thinTrace(TRACE, { spanMs: 25_000, requests: 10, lengthScale: 0.5 });
    // 50 requests in the first 25 s: every fifth.
    expect(kept.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 10 }, (_, i) => TRACE[5 * i]!.atMs));
    expect(kept[1]).toMatchObject({ promptTokens: 3, outputTokens: 98 });
    expect(kept[0]?.promptTokens).toBe(1);
  });

  test('refuses to invent requests', () => {
    expect(() => thinTrace(TRACE, { spanMs: 25_000, requests: 51, lengthScale: 1 })).toThrow(
      'hold 50 requests, fewer than the 51',
    );
  });
});

test('tiers are drawn by their shares', () => {
  const tiers = [
    { tier: 'priority', share: 0.1 },
    { tier: 'flex', share: 0.9 },
  ] as const;
  const { arrivals } = poisson({ tiers });
  const urgent = arrivals.filter(({ tier }) => tier === 'priority').length / arrivals.length;
  expect(Math.abs(urgent - 0.1)).toBeLessThan(0.02);
  expect(arrivals.some(({ tier }) => tier === 'default')).toBe(false);
});

describe('bursts', () => {
  const bursts = { onMs: 1000, offMs: 3000, times: 5 };

  test('are denser by the factor, and the mean rate stays', () => {
    const { arrivals } = createWorkload(
      options({
        trace: null,
        arrivals: 'even',
        rate: { kind: 'per-second', value: 100 },
        bursts,
        durationMs: 40_000,
      }),
    );
    const inBurst = arrivals.filter(({ atMs }) => atMs % 4000 >= 3000).length;
    expect(Math.abs(arrivals.length - 4000)).toBeLessThanOrEqual(1);
    // 10 s of burst at 250 per second, 30 s of calm at 50.
    expect(Math.abs(inBurst - 2500)).toBeLessThanOrEqual(10);
  });

  test('keep order, and whole periods in place', () => {
    const times = Array.from({ length: 400 }, (_, i) => inBursts(20 * i, bursts));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(inBursts(4000, bursts)).toBe(4000);
  });
});

test('a workload without requests is refused', () => {
  expect(() => poisson({ durationMs: 100 })).toThrow('No request arrives');
  expect(() => poisson({ durationMs: null })).toThrow('needs a time');
  expect(() => createWorkload(options({ trace: TRACE.slice(0, 1) }))).toThrow('no trace with a rate');
});
