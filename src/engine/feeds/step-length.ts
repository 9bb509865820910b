import type { StepBatch } from '../../core/index.ts';

/**
 * New tokens per row of a batch, S, after checking the batch against the port's rules. Throws RangeError.
 *
 * @param committed tokens that a slot holds
 */
export function stepLength(
  { rows }: StepBatch,
  committed: (slot: number) => number,
  contextLength: number,
): number {
  const newTokens = rows[0]?.tokens.length ?? 0;
  if (newTokens === 0) throw new RangeError('a batch needs rows with tokens');
  for (const row of rows) {
    if (row.tokens.length !== newTokens || (rows.length > 1 && newTokens > 1)) {
      throw new RangeError('a batch is one row of tokens or several rows of one token');
    }
    if (committed(row.slot) + newTokens > contextLength) {
      throw new RangeError(`slot ${row.slot} would exceed the context of ${contextLength}`);
    }
  }
  return newTokens;
}
