import { exp, mul, neg, reduceMean, reduceSum, reshapeTo, sub } from './arithmetic.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { gatherInRows, logSoftmax } from './ops.ts';

/**
 * Mean over rows of −log softmax(logits)[target], nats.
 *
 * @param logits f32 [R, V]
 * @param targets int64 [R], in 0 … V−1; R static
 * @returns f32 [1, 1]
 */
export function crossEntropy(g: GraphBuilder, logits: Value, targets: Value): Value {
  const column = reshapeTo(g, targets, [targets.shape[0] as number, 1]);
  return neg(g, reduceMean(g, gatherInRows(g, logSoftmax(g, logits), column), [0, 1]));
}

/**
 * Σ_rows weight · −log softmax(logits)[target], nats: a mean where the weights add up to one.
 *
 * @param logits f32 [R, V]
 * @param targets int64 [R, 1], in 0 … V−1
 * @param weights f32 [R, 1]
 * @returns f32 [1]
 */
export function weightedCrossEntropy(g: GraphBuilder, logits: Value, targets: Value, weights: Value): Value {
  const logP = gatherInRows(g, logSoftmax(g, logits), targets);
  return reshapeTo(g, neg(g, reduceSum(g, mul(g, logP, weights), [0, 1])), [1]);
}

/**
 * Mean over rows of KL(softmax(targetLogits) ‖ softmax(logits)) = Σ p·(log p − log q), nats.
 *
 * @param targetLogits f32 [R, V], finite; detach it where no gradient shall pass
 * @param logits f32 [R, V], finite
 * @returns f32 [1, 1]
 */
export function klDivergenceLoss(g: GraphBuilder, targetLogits: Value, logits: Value): Value {
  const logP = logSoftmax(g, targetLogits);
  const logRatio = sub(g, logP, logSoftmax(g, logits));
  return reduceMean(g, reduceSum(g, mul(g, exp(g, logP), logRatio), [1]), [0, 1]);
}
