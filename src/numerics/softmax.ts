import { argmax } from './argmax.ts';

/**
 * log Σ_i exp(x_i), shifted by the largest x so that no term overflows.
 *
 * @param logits shape [V], V >= 1; -Infinity is allowed and counts as probability 0
 * @returns nats, float64; nothing is allocated or mutated
 *
 * Throws Error as `argmax` does.
 */
export function logSumExp(logits: Float32Array | Float64Array): number {
  const peak = logits[argmax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - peak);
  return peak + Math.log(sum);
}

/**
 * p_i = exp(x_i − logSumExp(x)).
 *
 * @param logits shape [V], V >= 1
 * @param out shape [V], float64, overwritten; allocated when absent
 * @returns `out`; its sum is 1 within 1e-12 for V up to 2^18
 *
 * Throws Error as `argmax` does.
 */
export function softmax(
  logits: Float32Array | Float64Array,
  out: Float64Array = new Float64Array(logits.length),
): Float64Array {
  const peak = logits[argmax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(logits[i]! - peak);
    out[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < logits.length; i++) out[i] = out[i]! / sum;
  return out;
}

/**
 * log p_t = x_t − logSumExp(x): the log-probability of one token under a row of logits.
 *
 * @param logits shape [V]
 * @param tokenId in [0, V)
 * @returns nats, at most 0; nothing is allocated or mutated
 *
 * Throws RangeError for an id outside the row, Error as `argmax` does.
 */
export function tokenLogProb(logits: Float32Array | Float64Array, tokenId: number): number {
  const logit = logits[tokenId];
  if (logit === undefined)
    throw new RangeError(`Token ${tokenId} is outside a row of ${logits.length} logits.`);
  return Math.min(0, logit - logSumExp(logits));
}
