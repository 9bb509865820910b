/** Rotary position embedding: base frequency and, where the checkpoint has it, Llama 3's scaling. */
export interface RopeConfig {
  readonly theta: number;
  readonly scaling:
    | null
    | {
        readonly kind: 'llama3';
        readonly factor: number;
        readonly lowFreqFactor: number;
        readonly highFreqFactor: number;
        readonly originalContextLength: number;
      }
    | {
        readonly kind: 'linear';
        readonly factor: number;
      };
}

/** A decoder-only transformer of the Llama kind, as read from config.json or from an artefact's manifest. */
export interface ModelArchitecture {
  readonly family: 'llama' | 'mistral' | 'qwen2' | 'qwen3';
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly rmsNormEps: number;
  readonly rope: RopeConfig;
  /** Bias on q, k and v (Qwen2). */
  readonly qkvBias: boolean;
  /** RMSNorm on each head of q and k before rotation (Qwen3). */
  readonly qkNorm: boolean;
  /** The output head is the embedding matrix. */
  readonly tiedEmbedding: boolean;
}

/** The unit of precision: a fused linear matrix `W [n, k]`, y = W·x. */
export interface FusedMatrix {
  /** `layers.{i}.{qkv|o|gate_up|down}` or `head`. */
  readonly name: string;
  /** Output features. */
  readonly n: number;
  /** Input features. */
  readonly k: number;
}

/**
 * The fused matrices of an architecture in their canonical order: qkv, o, gate_up, down of each layer, then
 * the head. Precision configs index this list.
 */
export function fusedMatrices(architecture: ModelArchitecture): FusedMatrix[] {
  const { hiddenSize, intermediateSize, layers, heads, kvHeads, headDim, vocabSize } = architecture;
  const matrices: FusedMatrix[] = [];
  for (let layer = 0; layer < layers; layer++) {
    matrices.push(
      { name: `layers.${layer}.qkv`, n: (heads + 2 * kvHeads) * headDim, k: hiddenSize },
      { name: `layers.${layer}.o`, n: hiddenSize, k: heads * headDim },
      { name: `layers.${layer}.gate_up`, n: 2 * intermediateSize, k: hiddenSize },
      { name: `layers.${layer}.down`, n: hiddenSize, k: intermediateSize },
    );
  }
  matrices.push({ name: 'head', n: vocabSize, k: hiddenSize });
  return matrices;
}
