import {
  abs,
  type GraphBuilder,
  mul,
  reduceMean,
  reduceSum,
  reshapeTo,
  sub,
  type Value,
} from '../onnx/index.ts';

/** How a block's output is held against full precision's. */
export type BlockError = 'squared' | 'absolute';

/**
 * Σ_tokens mean_features e(y − target), e the square or the absolute value. The sum over tokens keeps gradients
 * clear of Adam's epsilon.
 *
 * @param y f32 [R, width]
 * @param target f32 [R, width]
 * @returns f32 [1]
 */
export function blockError(g: GraphBuilder, y: Value, target: Value, error: BlockError): Value {
  const difference = sub(g, y, target);
  const each = error === 'squared' ? mul(g, difference, difference) : abs(g, difference);
  return reshapeTo(g, reduceSum(g, reduceMean(g, each, [1]), [0]), [1]);
}
