/**
 * The value below which the share `fraction` of `values` lies: linear interpolation between the order statistics
 * around rank fraction·(n − 1).
 *
 * @param values n >= 1 numbers in any order; not mutated (a sorted copy is allocated)
 * @param fraction in [0, 1], e.g. 0.99
 *
 * Throws RangeError for no values, a NaN value, or a fraction outside [0, 1].
 */
export function percentile(values: ArrayLike<number>, fraction: number): number {
  if (!(fraction >= 0 && fraction <= 1))
    throw new RangeError(`Percentile fraction ${fraction} is outside [0, 1].`);
  if (values.length === 0) throw new RangeError('Percentile of no values.');
  const sorted = Float64Array.from(values).sort();
  // A typed array sorts NaN last.
  if (Number.isNaN(sorted[sorted.length - 1])) throw new RangeError('Percentile of values that hold NaN.');
  return percentileOfSorted(sorted, fraction);
}

/**
 * `percentile` of values that are in ascending order: for many fractions of the same values.
 *
 * @param sorted n >= 1 numbers, ascending, none NaN; not checked, not mutated
 * @param fraction in [0, 1]
 */
export function percentileOfSorted(sorted: Float64Array, fraction: number): number {
  const rank = fraction * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  const high = sorted[Math.ceil(rank)]!;
  return low === high ? low : low + (high - low) * (rank - below);
}

/** `percentile(values, 0.5)`: the middle value, or the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5);
}
