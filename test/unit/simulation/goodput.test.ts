import { describe, expect, test } from 'vitest';
import { findGoodput90 } from '../../../src/simulation/goodput.ts';
import { type SimulationResult, summarize } from '../../../src/simulation/summarize.ts';
import { ladderRates, sweepRates } from '../../../src/simulation/sweep.ts';
import { Timeline } from '../../../src/simulation/timeline.ts';

/** What a policy that holds up to `limit` requests/s attains. */
function upTo(limit: number) {
  const asked: number[] = [];
  const measure = async (rate: number): Promise<SimulationResult> => {
    asked.push(rate);
    const empty = { records: [], timeline: new Timeline(1), steps: 0, passes: 0 };
    const result = summarize({
      policy: 'p',
      ladder: [],
      step: null,
      spanMs: 1,
      simulatedMs: 1,
      busyMs: 0,
      ...empty,
    });
    return { ...result, attainment: rate <= limit ? 0.9 : 0.89, qualityWeight: 0.5 };
  };
  return { asked, measure };
}

describe('goodput90', () => {
  test.each([0.037, 0.3, 1, 7, 123])('is found to 2 %% from a rate below or above: %d', async (limit) => {
    for (const start of [0.1, 5]) {
      const { asked, measure } = upTo(limit);
      const found = await findGoodput90(measure, [{ rate: start, result: await measure(start) }]);
      expect(found?.rate).toBeLessThanOrEqual(limit);
      expect(found?.rate).toBeGreaterThan(limit / 1.021);
      expect(asked.length).toBeLessThan(25);
    }
  });

  test('lies between the highest known rate that holds and the next that fails', async () => {
    const { asked, measure } = upTo(2.5);
    const rates = [1, 2, 3, 4];
    const known = await Promise.all(rates.map(async (rate) => ({ rate, result: await measure(rate) })));
    asked.length = 0;
    expect((await findGoodput90(measure, known))?.rate).toBeCloseTo(2.48, 1);
    expect(asked.every((rate) => rate > 2 && rate < 3)).toBe(true);
  });

  test('is nothing where no rate holds', async () => {
    const { measure } = upTo(0);
    expect(await findGoodput90(measure, [{ rate: 1, result: await measure(1) }])).toBeNull();
  });
});

test('a sweep has its points in order, and weighs goodput90 by the quality at that rate', async () => {
  const { measure } = upTo(2.5);
  const rates = ladderRates({ low: 0.2, high: 3, points: 8 });
  expect(rates.map((rate) => rate.toFixed(1))).toEqual([
    '0.2',
    '0.6',
    '1.0',
    '1.4',
    '1.8',
    '2.2',
    '2.6',
    '3.0',
  ]);
  const sweep = await sweepRates('p', rates, measure);
  expect(sweep.points.map(({ rate }) => rate)).toEqual(rates);
  expect(sweep.qualityWeightedGoodput90).toBe(sweep.goodput90 / 2);
});
