import type { FusedMatrix, ModelArchitecture } from '../core/index.ts';
import {
  add,
  concat,
  matMul,
  matMulTransposed,
  mul,
  neg,
  reshapeTo,
  rmsNorm,
  silu,
  softmax,
  split,
  transpose,
  type Value,
} from '../onnx/index.ts';
import type { GraphInputs } from './graph-inputs.ts';

/** Sequences per batch and tokens per sequence: static, since differentiation wants static shapes. */
export interface BatchShape {
  readonly sequences: number;
  readonly length: number;
}

/** The four fused matrices of a block in canonical order, as functions of f32 [R, k] to f32 [R, n]. */
export type BlockLinears = readonly ((x: Value) => Value)[];

/** Vectors of a block by their name within it: `attention_norm`, `mlp_norm`, `qkv_bias`, `q_norm`, `k_norm`. */
export const blockVector = (name: string) => `vector.${name}`;

/**
 * One transformer block over whole sequences, f32 [R, hiddenSize] to the same, R = sequences·length.
 *
 * Inputs: its vectors; rotary_cos, rotary_sin f32 [length, headDim/2]; causal_mask f32 [length, length], 0 where
 * a row may look and very negative elsewhere.
 */
export function blockForward(
  inputs: GraphInputs,
  architecture: ModelArchitecture,
  batch: BatchShape,
  x: Value,
  [qkv, o, gateUp, down]: BlockLinears,
): Value {
  const { g } = inputs;
  const a = architecture;
  const norm = (value: Value, name: string) =>
    rmsNorm(g, value, inputs.f32(blockVector(name), [a.hiddenSize]), a.rmsNormEps);
  const attended = attention(inputs, a, batch, qkv!(norm(x, 'attention_norm')));
  const between = add(g, x, o!(attended));
  const width = [a.intermediateSize, a.intermediateSize];
  const [gate, up] = split(
    g,
    gateUp!(norm(between, 'mlp_norm')),
    g.int64(g.freshName('sizes'), width),
    width,
  );
  return add(g, between, down!(mul(g, silu(g, gate!), up!)));
}

/** Causal grouped attention from projected heads f32 [R, n of qkv]; returns f32 [R, heads·headDim]. */
function attention(
  inputs: GraphInputs,
  a: ModelArchitecture,
  { sequences, length }: BatchShape,
  projected: Value,
): Value {
  const { g } = inputs;
  const qkv = a.qkvBias
    ? add(g, projected, inputs.f32(blockVector('qkv_bias'), [projected.shape[1] as number]))
    : projected;
  const widths = [a.heads * a.headDim, a.kvHeads * a.headDim, a.kvHeads * a.headDim];
  const [q, k, v] = split(g, qkv, g.int64(g.freshName('sizes'), widths), widths);
  const group = a.heads / a.kvHeads;
  const byHead = (value: Value, heads: number, normName: string | null) => {
    const split4 = reshapeTo(g, value, [sequences, length, heads, a.headDim]);
    const normed =
      a.qkNorm && normName
        ? rmsNorm(g, split4, inputs.f32(blockVector(normName), [a.headDim]), a.rmsNormEps)
        : split4;
    return transpose(g, normed, [0, 2, 1, 3]);
  };
  const query = rotate(inputs, byHead(q!, a.heads, 'q_norm'), length, a.headDim);
  const key = rotate(inputs, byHead(k!, a.kvHeads, 'k_norm'), length, a.headDim);
  const value = byHead(v!, a.kvHeads, null);

  // Heads of one group share keys and values: they are stacked as rows of one product.
  const grouped = reshapeTo(g, query, [sequences, a.kvHeads, group * length, a.headDim]);
  const scores = matMulTransposed(g, grouped, key, 1 / Math.sqrt(a.headDim));
  const perHead = reshapeTo(g, scores, [sequences, a.heads, length, length]);
  const weights = softmax(g, add(g, perHead, inputs.f32('causal_mask', [length, length])));
  const stacked = reshapeTo(g, weights, [sequences, a.kvHeads, group * length, length]);
  const mixed = reshapeTo(g, matMul(g, stacked, value), [sequences, a.heads, length, a.headDim]);
  return reshapeTo(g, transpose(g, mixed, [0, 2, 1, 3]), [sequences * length, a.heads * a.headDim]);
}

/** Rotary embedding by half rotation of f32 [sequences, heads, length, headDim]. */
function rotate(inputs: GraphInputs, x: Value, length: number, headDim: number): Value {
  const { g } = inputs;
  const half = headDim / 2;
  const cos = inputs.f32('rotary_cos', [length, half]);
  const sin = inputs.f32('rotary_sin', [length, half]);
  const [left, right] = split(g, x, g.int64(g.freshName('sizes'), [half, half]), [half, half]);
  const first = add(g, mul(g, left!, cos), neg(g, mul(g, right!, sin)));
  const second = add(g, mul(g, right!, cos), mul(g, left!, sin));
  return concat(g, [first, second], -1, headDim);
}

/** The last block: final norm and head, f32 [R, hiddenSize] to logits f32 [R, vocabSize]. Input: final_norm. */
export function headForward(
  inputs: GraphInputs,
  { hiddenSize, rmsNormEps }: ModelArchitecture,
  x: Value,
  head: (x: Value) => Value,
): Value {
  const weight = inputs.f32(blockVector('final_norm'), [hiddenSize]);
  return head(rmsNorm(inputs.g, x, weight, rmsNormEps));
}

/** y = W·x for a dense matrix fed as input `{name}.weights`. */
export function denseProduct(inputs: GraphInputs, { name, n, k }: FusedMatrix): (x: Value) => Value {
  return (x) => matMulTransposed(inputs.g, x, inputs.f32(`${name}.weights`, [n, k]));
}
