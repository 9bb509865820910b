import type { ModelArchitecture } from './architecture.ts';

/**
 * Full-precision weights by canonical name, whatever file they come from.
 *
 * Matrices: those of `fusedMatrices`, and `embedding` `[vocabSize, hiddenSize]` (also when tied: it is the head
 * then). Fused rows are q, k, v (qkv) and gate, up (gate_up), one after the other.
 * Vectors: `layers.{i}.attention_norm`, `layers.{i}.mlp_norm`, `final_norm` `[hiddenSize]`;
 * `layers.{i}.qkv_bias` `[n of qkv]` when qkvBias; `layers.{i}.q_norm`, `layers.{i}.k_norm` `[headDim]` when qkNorm.
 *
 * Both readers allocate their result and throw QueptError `invalid_checkpoint` naming file and tensor on
 * anything unreadable or not finite.
 */
export interface WeightSource {
  readonly architecture: ModelArchitecture;
  /** Rows [from, to) of a matrix, f32 row-major `[to - from, k]`. */
  readMatrixRows(name: string, from: number, to: number): Promise<Float32Array>;
  readVector(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Names of all vectors of an architecture with their lengths, in canonical order. */
export function modelVectors(architecture: ModelArchitecture): { name: string; length: number }[] {
  const { layers, hiddenSize, heads, kvHeads, headDim, qkvBias, qkNorm } = architecture;
  const vectors: { name: string; length: number }[] = [];
  for (let layer = 0; layer < layers; layer++) {
    vectors.push({ name: `layers.${layer}.attention_norm`, length: hiddenSize });
    if (qkvBias) vectors.push({ name: `layers.${layer}.qkv_bias`, length: (heads + 2 * kvHeads) * headDim });
    if (qkNorm) {
      vectors.push({ name: `layers.${layer}.q_norm`, length: headDim });
      vectors.push({ name: `layers.${layer}.k_norm`, length: headDim });
    }
    vectors.push({ name: `layers.${layer}.mlp_norm`, length: hiddenSize });
  }
  vectors.push({ name: 'final_norm', length: hiddenSize });
  return vectors;
}
