import { logSumExp } from './softmax.ts';

/**
 * KL(p ‖ q) = Σ_i p_i (log p_i − log q_i), p = softmax(reference), q = softmax(logits), summed in float64.
 *
 * @param reference shape [V]
 * @param logits shape [V]
 * @returns nats, at least 0 (a negative rounding residue becomes 0); Infinity where q is 0 and p is not. Nothing is
 *   allocated or mutated
 *
 * Throws RangeError when the lengths differ, Error on NaN as `argmax` does.
 */
export function klDivergence(
  reference: Float32Array | Float64Array,
  logits: Float32Array | Float64Array,
): number {
  if (reference.length !== logits.length) {
    throw new RangeError(`KL divergence of rows of ${reference.length} and ${logits.length} logits.`);
  }
  const referenceNorm = logSumExp(reference);
  const norm = logSumExp(logits);
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const logP = reference[i]! - referenceNorm;
    const p = Math.exp(logP);
    // A term of probability 0 is 0 even where log q is -Infinity.
    if (p > 0) sum += p * (logP - (logits[i]! - norm));
  }
  return Math.max(0, sum);
}
