/**
 * argmax_i x_i, the lowest index among equals.
 *
 * @param logits shape [V], V >= 1
 * @returns an index into `logits`; nothing is allocated or mutated
 *
 * Throws Error when a logit is NaN or the largest one is not finite: such a row is the trace of a failed pass, and
 * any token drawn from it would be noise.
 */
export function argmax(logits: Float32Array | Float64Array): number {
  let best = -1;
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    // One comparison per logit that NaN does not pass either.
    if (x <= peak) continue;
    if (Number.isNaN(x)) throw new Error(`Logit ${i} of ${logits.length} is NaN.`);
    peak = x;
    best = i;
  }
  if (best < 0 || peak === Number.POSITIVE_INFINITY) {
    throw new Error(`No finite largest logit among ${logits.length}.`);
  }
  return best;
}
