import { fusedMatrices, type ModelArchitecture, modelVectors } from '../../core/index.ts';

/** One stored tensor and its place in a canonical one. Vectors have `columns` null. */
export interface TensorPart {
  readonly tensor: string;
  readonly rows: number;
  readonly columns: number | null;
}

/**
 * Canonical name → the stored tensors it is made of, one after the other along the first axis. Matrices are
 * those of `fusedMatrices` and `embedding`, vectors those of `modelVectors`. A tied head is the embedding.
 */
export function tensorParts(architecture: ModelArchitecture): Map<string, TensorPart[]> {
  const { heads, kvHeads, headDim, hiddenSize, intermediateSize, vocabSize, tiedEmbedding } = architecture;
  const projections: Record<string, [stored: string, rows: number][]> = {
    qkv: [
      ['self_attn.q_proj', heads * headDim],
      ['self_attn.k_proj', kvHeads * headDim],
      ['self_attn.v_proj', kvHeads * headDim],
    ],
    o: [['self_attn.o_proj', hiddenSize]],
    gate_up: [
      ['mlp.gate_proj', intermediateSize],
      ['mlp.up_proj', intermediateSize],
    ],
    down: [['mlp.down_proj', hiddenSize]],
  };
  const norms: Record<string, string> = {
    attention_norm: 'input_layernorm.weight',
    mlp_norm: 'post_attention_layernorm.weight',
    q_norm: 'self_attn.q_norm.weight',
    k_norm: 'self_attn.k_norm.weight',
  };
  const embedding = { tensor: 'model.embed_tokens.weight', rows: vocabSize, columns: hiddenSize };
  const parts = new Map<string, TensorPart[]>([['embedding', [embedding]]]);
  for (const { name, k } of fusedMatrices(architecture)) {
    const [, layer, role] = name.split('.');
    const stored = (projections[role ?? ''] ?? []).map(([projection, rows]) => ({
      tensor: `model.layers.${layer}.${projection}.weight`,
      rows,
      columns: k,
    }));
    const head = tiedEmbedding ? embedding : { ...embedding, tensor: 'lm_head.weight' };
    parts.set(name, name === 'head' ? [head] : stored);
  }
  for (const { name, length } of modelVectors(architecture)) {
    const [, layer, role = ''] = name.split('.');
    const biases = (projections.qkv ?? []).map(([projection, rows]) => ({
      tensor: `model.layers.${layer}.${projection}.bias`,
      rows,
      columns: null,
    }));
    const stored = name === 'final_norm' ? 'model.norm.weight' : `model.layers.${layer}.${norms[role]}`;
    parts.set(name, role === 'qkv_bias' ? biases : [{ tensor: stored, rows: length, columns: null }]);
  }
  return parts;
}
