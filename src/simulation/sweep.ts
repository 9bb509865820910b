import { findGoodput90, type Measure, type RatePoint } from './goodput.ts';

/** Rates from `low` to `high`, evenly. */
export interface RateLadder {
  readonly low: number;
  readonly high: number;
  readonly points: number;
}

/** One policy over a ladder of rates. */
export interface Sweep {
  readonly policy: string;
  /** Requests per second; 0 when no rate holds. */
  readonly goodput90: number;
  /** goodput90 by the quality weight at that rate. */
  readonly qualityWeightedGoodput90: number;
  readonly ladderWeightedGoodput90: number;
  /** In order of rate. */
  readonly points: readonly RatePoint[];
}

export function ladderRates({ low, high, points }: RateLadder): number[] {
  if (points === 1) return [low];
  return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
}

/** Simulates every rate, then searches goodput90 between and beyond them. */
export async function sweepRates(policy: string, rates: readonly number[], measure: Measure): Promise<Sweep> {
  const points: RatePoint[] = [];
  for (const rate of rates) points.push({ rate, result: await measure(rate) });
  const best = await findGoodput90(measure, points);
  return {
    policy,
    goodput90: best?.rate ?? 0,
    qualityWeightedGoodput90: best === null ? 0 : best.rate * best.result.qualityWeight,
    ladderWeightedGoodput90: best === null ? 0 : best.rate * best.result.ladderWeight,
    points,
  };
}
