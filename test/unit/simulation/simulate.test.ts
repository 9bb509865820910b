import { describe, expect, test } from 'vitest';
import { firstComePolicy } from '../../../src/scheduler/index.ts';
import { type NamedPolicy, resolvePolicy, simulate } from '../../../src/simulation/index.ts';
import { evenWorkload, tinyServer } from '../../support/tiny-simulation.ts';

const fixed = (bits: number): NamedPolicy =>
  resolvePolicy(`fixed-${bits}`, tinyServer().ladder, 'first-come', '--policy');

describe('a simulation', () => {
  test('at light load meets every target, and a token costs what a step of one row costs', async () => {
    // A request takes 40 ms of prefill and 10 steps of 20 ms.
    const result = await simulate(tinyServer(), evenWorkload(50, 500), fixed(8));
    expect(result).toMatchObject({
      requests: 50,
      attainment: 1,
      refused: 0,
      failed: 0,
      switches: 0,
      averageBits: 8,
    });
    expect(result.ttftMs).toEqual({ p50: 40, p95: 40, p99: 40 });
    expect(result.tpotMs).toEqual({ p50: 20, p95: 20, p99: 20 });
    expect(result.itlMs).toEqual({ p50: 20, p95: 20, p99: 20 });
    expect(result.steps).toBe(50 * 12);
    expect(result.simulatedSeconds).toBeCloseTo(49 * 0.5 + 0.24, 9);
    expect(result.utilisation).toBeCloseTo((50 * 0.24) / result.simulatedSeconds, 9);
    expect(result.goodput).toBe(2);
  });

  test('at fewer bits is faster and worse', async () => {
    const result = await simulate(tinyServer(), evenWorkload(20, 500), fixed(4));
    expect(result).toMatchObject({ averageBits: 4, attainment: 1, ladderWeightedGoodput: 0 });
    // √(0.02 / 2) is 0.1.
    expect(result.qualityWeightedGoodput).toBeCloseTo(2 * 0.9, 12);
    expect(result.meanKl).toBeCloseTo(0.02, 12);
    expect(result.tpotMs?.p50).toBe(10);
  });

  test('attains less the more arrives, and refuses what finds no place', async () => {
    const gaps = [500, 160, 120, 60, 10];
    const results = [];
    for (const gap of gaps) results.push(await simulate(tinyServer(), evenWorkload(100, gap), fixed(8)));
    const attained = results.map(({ attainment }) => attainment);
    expect(attained).toEqual(attained.toSorted((a, b) => b - a));
    expect(attained[0]).toBe(1);
    expect(attained.at(-1)).toBeLessThan(0.2);
    expect(results[0]?.refused).toBe(0);
    expect(results.at(-1)?.refused).toBeGreaterThan(50);
    // Whoever was accepted got all its tokens.
    const { timeline, refused } = results.at(-1)!;
    expect(timeline.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(11 * (100 - refused));
  });

  test('holds as many places as there are slots and room to wait', async () => {
    // All at once: 4 in slots and 8 waiting.
    const result = await simulate(tinyServer(), evenWorkload(30, 0.001), fixed(8));
    expect(result.refused).toBe(18);
  });

  test('shows tokens when the whole step is over', async () => {
    // While the second prompt is run, each token of the first request waits for a chunk of 10 tokens behind it.
    const arrivals = [0, 70].map((atMs) => ({
      atMs,
      promptTokens: 20,
      outputTokens: 11,
      tier: 'default' as const,
    }));
    const workload = { arrivals, clippedPrompts: 0, clippedOutputs: 0, spanMs: 100 };
    const { itlMs } = await simulate(tinyServer(), workload, fixed(8));
    expect(itlMs?.p99).toBeCloseTo(20 + 20, 1);
  });

  test('depends on its seed alone', async () => {
    const run = (seed: number) => simulate(tinyServer({ noise: 0.2, seed }), evenWorkload(60, 110), fixed(8));
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).ttftMs).not.toEqual(first.ttftMs);
  });

  test('runs the policies that serve: precision is given up under load, and only then', async () => {
    const { ladder } = tinyServer();
    const run = (name: string, gapMs: number) =>
      simulate(tinyServer(), evenWorkload(80, gapMs), resolvePolicy(name, ladder, 'deadline', '--policy'));
    expect(await run('slo', 500)).toMatchObject({ attainment: 1, averageBits: 8, switches: 0 });
    const [slo, best] = [await run('slo', 90), await run('fixed-8', 90)];
    expect(slo.averageBits).toBeLessThan(8);
    expect(slo.attainment).toBeGreaterThan(best.attainment + 0.3);
  });

  test('beyond what the lowest rung can do, slo keeps as many on time as that rung does, and no fewer than before', async () => {
    const { ladder } = tinyServer();
    const goodput = async (name: string, gapMs: number): Promise<number> => {
      const { arrivals, ...rest } = evenWorkload(300, gapMs);
      const mixed = arrivals.map((arrival, i) => ({
        ...arrival,
        promptTokens: [10, 50, 20, 30][(i * 7) % 4] ?? 0,
        outputTokens: [11, 5, 14][i % 3] ?? 0,
      }));
      const policy = resolvePolicy(name, ladder, 'deadline', '--policy');
      const server = tinyServer({ maxWaiting: 1000 });
      return (await simulate(server, { arrivals: mixed, ...rest }, policy)).goodput;
    };
    const slo: number[] = [];
    for (const gapMs of [70, 50, 35, 25]) {
      slo.push(await goodput('slo', gapMs));
      expect(slo.at(-1)).toBeGreaterThan(0.95 * (await goodput('fixed-4', gapMs)));
    }
    expect(slo).toEqual(slo.toSorted((a, b) => a - b));
  });

  test('ends when it is interrupted', async () => {
    const control = new AbortController();
    const onProgress = () => control.abort(new Error('enough'));
    const run = simulate(tinyServer(), evenWorkload(500, 100), fixed(8), {
      signal: control.signal,
      onProgress,
    });
    await expect(run).rejects.toThrow('enough');
  });

  test("does not hide a policy's fault in its figures", async () => {
    const outside: NamedPolicy = {
      name: 'outside',
      precisionPolicy: () => () => 2,
      batchPolicy: firstComePolicy,
    };
    await expect(simulate(tinyServer(), evenWorkload(2, 100), outside)).rejects.toThrow(
      'outside its precision',
    );
    const idle: NamedPolicy = {
      ...outside,
      batchPolicy: () => ({ expire: [], admit: [], decode: [], prefill: null }),
    };
    await expect(simulate(tinyServer(), evenWorkload(2, 100), idle)).rejects.toThrow('waiting for ever');
  });
});

test('policies are found by name', () => {
  const { ladder } = tinyServer();
  expect(() => resolvePolicy('fixed-3', ladder, 'deadline', '--policy')).toThrow(
    '--policy: fixed-3 is below the lowest rung, which has 4 bits.',
  );
  expect(() => resolvePolicy('best', ladder, 'deadline', '--policy')).toThrow(
    /^--policy: 'best' is none of .*fixed-BITS/,
  );
  expect(() => resolvePolicy('toString', ladder, 'deadline', '--policy')).toThrow('is none of');
});
