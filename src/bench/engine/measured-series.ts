import { median } from '../../numerics/index.ts';

/** One number per round, in round order: each the median of that round's samples. */
export type RoundMedians = readonly number[];

export interface SeriesSummary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median, smallest and largest of at least one round. */
export function summarize(rounds: RoundMedians): SeriesSummary {
  return { median: median(rounds), min: Math.min(...rounds), max: Math.max(...rounds) };
}

/**
 * Median over rounds of numerator / denominator. Both were measured within the same seconds of a round, so a
 * machine that slows down for a while slows both, and the ratio stands where a ratio of medians would not.
 *
 * Throws RangeError for series of different or no length.
 */
export function pairedRatio(numerator: RoundMedians, denominator: RoundMedians): number {
  if (numerator.length !== denominator.length) {
    throw new RangeError(`paired series have ${numerator.length} and ${denominator.length} rounds`);
  }
  return median(numerator.map((value, round) => value / (denominator[round] ?? Number.NaN)));
}
