import { logSumExp } from './softmax.ts';

/** A token id and its log-probability, nats. */
export interface TokenScore {
  readonly id: number;
  readonly logprob: number;
}

/**
 * The `count` largest of log p_i = x_i − logSumExp(x), best first, lower ids first among equals.
 *
 * One pass that keeps a sorted list of `count`: meant for the few that an answer tells of, not for large counts.
 *
 * @param logits x, shape [V], V >= 1, f32, not mutated
 * @param count 0..; no more than V come back
 * @returns a new array of min(count, V) entries
 *
 * Throws Error as `argmax` does.
 */
export function topLogProbs(logits: Float32Array, count: number): TokenScore[] {
  if (count === 0) return [];
  const best: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (best.length === count && !(logit > logits[best[count - 1]!]!)) continue;
    let place = best.length;
    while (place > 0 && logit > logits[best[place - 1]!]!) place--;
    best.splice(place, 0, id);
    if (best.length > count) best.pop();
  }
  const total = logSumExp(logits);
  return best.map((id) => ({ id, logprob: Math.min(0, logits[id]! - total) }));
}
