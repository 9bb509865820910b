import {
  add,
  clamp,
  concat,
  div,
  expandTo,
  type GraphBuilder,
  mul,
  neg,
  reduceMax,
  reduceMin,
  reshapeTo,
  roundDetached,
  roundStraightThrough,
  scalar,
  sigmoid,
  split,
  sub,
  type Value,
} from '../../onnx/index.ts';
import { leadingColumns } from '../leading-columns.ts';

/** Keeps the scale of a group off 0 whose weights are all 0. */
export const LEAST_RANGE = 1e-12;

/** Where α and β start: σ(4) ≈ 0.98, nearly all of the range. */
export const STARTING_CLIP = 4;

export interface QuantizerInputs {
  /** f32 [n, blocks, 1]: clips the largest weight of a group. */
  readonly alpha: Value;
  /** f32 [n, blocks, 1]: clips the smallest. */
  readonly beta: Value;
  /** 2^b − 1, f32 []: the width is an input, so that one graph serves all widths of a group. */
  readonly top: Value;
}

/**
 * Q_b(w) = s·(clamp(round(w/s) + z, 0, 2^b − 1) − z), z = round(−lo/s), s = (hi − lo)/(2^b − 1),
 * lo = σ(β)·min w, hi = σ(α)·max w over each group of `block` weights of a row.
 *
 * Gradients: straight through round(w/s) alone. Codes are clamped hard, so a weight outside passes none to
 * itself; z and the extremes of w are constants; s carries the gradient to α and β.
 *
 * @param w f32 [n, k]
 * @returns f32 [n, k]
 * Source: QuEPT (Xu et al., 2026), quantizer with learned clipping.
 */
export function quantizedWeights(
  g: GraphBuilder,
  w: Value,
  block: number,
  { alpha, beta, top }: QuantizerInputs,
): Value {
  const [n, k] = w.shape as [number, number];
  const grouped = inGroups(g, w, block);
  const lo = mul(g, sigmoid(g, beta), reduceMin(g, grouped, [2]));
  const hi = mul(g, sigmoid(g, alpha), reduceMax(g, grouped, [2]));
  const s = div(g, add(g, sub(g, hi, lo), scalar(g, LEAST_RANGE)), top);
  const z = roundDetached(g, div(g, neg(g, lo), s));
  const codes = clamp(g, add(g, roundStraightThrough(g, div(g, grouped, s)), z), 0, top);
  const blocks = grouped.shape[1] as number;
  return leadingColumns(g, reshapeTo(g, mul(g, s, sub(g, codes, z)), [n, blocks * block]), k);
}

/**
 * f32 [n, k] to [n, blocks, block]. A short last group is filled up with copies of its last weight, which leave
 * its extremes as they are.
 */
function inGroups(g: GraphBuilder, w: Value, block: number): Value {
  const [n, k] = w.shape as [number, number];
  const blocks = Math.ceil(k / block);
  const padding = blocks * block - k;
  if (padding === 0) return reshapeTo(g, w, [n, blocks, block]);
  const last = split(g, w, g.int64(g.freshName('sizes'), [k - 1, 1]), [k - 1, 1])[1]!;
  const padded = concat(g, [w, expandTo(g, last, [n, padding])], -1, blocks * block);
  return reshapeTo(g, padded, [n, blocks, block]);
}
