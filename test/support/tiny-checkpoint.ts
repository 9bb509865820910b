import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fusedMatrices,
  type ModelArchitecture,
  modelVectors,
  type RopeConfig,
} from '../../src/core/index.ts';
import { gaussianSource } from './gaussian-source.ts';
import { encodeSafetensors, type FloatDtype, type FloatTensor } from './safetensors-writer.ts';
import { type TinyTokenizerOptions, writeTinyTokenizer } from './tiny-tokenizer.ts';

export interface TinyCheckpointOptions {
  readonly family?: ModelArchitecture['family'];
  readonly seed?: number;
  readonly dtype?: FloatDtype;
  /** Weight files: 1 writes model.safetensors, more an index with shards. */
  readonly shards?: number;
  readonly tied?: boolean;
  readonly rope?: RopeConfig;
  readonly tokenizer?: TinyTokenizerOptions;
  /** Sizes; by default 2 layers, hidden 64, intermediate 96, heads 4 over 2, headDim 16, vocabulary 300. */
  readonly sizes?: Partial<
    Pick<
      ModelArchitecture,
      | 'hiddenSize'
      | 'intermediateSize'
      | 'layers'
      | 'heads'
      | 'kvHeads'
      | 'headDim'
      | 'vocabSize'
      | 'contextLength'
    >
  >;
  /** Laid over config.json: to spoil it, or to write it another way. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Last word on the tensors before they are written: change, drop or add. */
  readonly editTensors?: (tensors: Map<string, FloatTensor>) => void;
}

/** Llama 3's scaling with bounds that matter at tiny sizes: headDim 16 has pairs on either side and between. */
export const TINY_LLAMA3_ROPE: RopeConfig = {
  theta: 10_000,
  scaling: { kind: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 64 },
};

/**
 * Writes a Hugging Face folder of a random model with a working tokenizer. Same options, same bytes. Matrices
 * are N(0, 1/k), norms near 1: logits differ enough that greedy choices are clear.
 */
export async function writeTinyCheckpoint(
  directory: string,
  options: TinyCheckpointOptions = {},
): Promise<ModelArchitecture> {
  const architecture = tinyArchitecture(options);
  const tensors = randomTensors(architecture, options.seed ?? 1);
  options.editTensors?.(tensors);
  await mkdir(directory, { recursive: true });
  const writeJson = (file: string, value: unknown): Promise<void> =>
    writeFile(join(directory, file), JSON.stringify(value, null, 2));
  await writeJson('config.json', { ...toConfig(architecture), ...options.config });
  await writeJson('generation_config.json', { bos_token_id: 1, eos_token_id: 2 });
  await writeTinyTokenizer(directory, options.tokenizer);
  await writeShards(directory, tensors, options.dtype ?? 'F32', options.shards ?? 1);
  return architecture;
}

function tinyArchitecture({
  family = 'llama',
  tied = true,
  rope,
  sizes,
}: TinyCheckpointOptions): ModelArchitecture {
  return {
    family,
    hiddenSize: 64,
    intermediateSize: 96,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 16,
    vocabSize: 300,
    contextLength: 128,
    ...sizes,
    rmsNormEps: 1e-5,
    rope: rope ?? { theta: 10_000, scaling: null },
    qkvBias: family === 'qwen2',
    qkNorm: family === 'qwen3',
    tiedEmbedding: tied,
  };
}

/** Every tensor under its stored name, in an order that no reader may rely on (drawn in canonical order). */
function randomTensors(architecture: ModelArchitecture, seed: number): Map<string, FloatTensor> {
  const { heads, kvHeads, headDim, intermediateSize, hiddenSize, vocabSize, tiedEmbedding } = architecture;
  const gaussian = gaussianSource(seed);
  const tensors = new Map<string, FloatTensor>();
  const draw = (name: string, shape: number[], mean: number, deviation: number): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, {
      shape,
      values: Float32Array.from({ length: count }, () => mean + deviation * gaussian()),
    });
  };
  const split: Record<string, [string, number][]> = {
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
  draw('model.embed_tokens.weight', [vocabSize, hiddenSize], 0, 0.3);
  for (const { name, k } of fusedMatrices(architecture)) {
    const [, layer, role = ''] = name.split('.');
    for (const [part, rows] of split[role] ?? []) {
      draw(`model.layers.${layer}.${part}.weight`, [rows, k], 0, 1 / Math.sqrt(k));
    }
  }
  if (!tiedEmbedding) draw('lm_head.weight', [vocabSize, hiddenSize], 0, 0.3);
  const norms: Record<string, string> = {
    attention_norm: 'input_layernorm',
    mlp_norm: 'post_attention_layernorm',
    q_norm: 'self_attn.q_norm',
    k_norm: 'self_attn.k_norm',
  };
  for (const { name, length } of modelVectors(architecture)) {
    const [, layer, role = ''] = name.split('.');
    if (name === 'final_norm') draw('model.norm.weight', [length], 1, 0.1);
    else if (role !== 'qkv_bias') draw(`model.layers.${layer}.${norms[role]}.weight`, [length], 1, 0.1);
    else
      for (const [part, rows] of split.qkv ?? []) draw(`model.layers.${layer}.${part}.bias`, [rows], 0, 0.2);
  }
  return new Map([...tensors].reverse());
}

function toConfig(architecture: ModelArchitecture): Record<string, unknown> {
  const { family, rope } = architecture;
  return {
    architectures: [`${family[0]?.toUpperCase()}${family.slice(1)}ForCausalLM`],
    model_type: family,
    hidden_size: architecture.hiddenSize,
    intermediate_size: architecture.intermediateSize,
    num_hidden_layers: architecture.layers,
    num_attention_heads: architecture.heads,
    num_key_value_heads: architecture.kvHeads,
    head_dim: architecture.headDim,
    vocab_size: architecture.vocabSize,
    max_position_embeddings: architecture.contextLength,
    rms_norm_eps: architecture.rmsNormEps,
    hidden_act: 'silu',
    tie_word_embeddings: architecture.tiedEmbedding,
    rope_theta: rope.theta,
    rope_scaling: ropeScaling(rope),
    bos_token_id: 1,
    eos_token_id: 2,
  };
}

function ropeScaling({ scaling }: RopeConfig): Record<string, unknown> | null {
  if (scaling === null) return null;
  if (scaling.kind === 'linear') return { rope_type: 'linear', factor: scaling.factor };
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalContextLength,
  };
}

/** Deals the tensors out in turn, so that the parts of one fused matrix lie in different shards. */
async function writeShards(
  directory: string,
  tensors: Map<string, FloatTensor>,
  dtype: FloatDtype,
  count: number,
): Promise<void> {
  if (count === 1) {
    await writeFile(join(directory, 'model.safetensors'), encodeSafetensors(tensors, dtype));
    return;
  }
  const shards = Array.from({ length: count }, () => new Map<string, FloatTensor>());
  const weightMap: Record<string, string> = {};
  const fileName = (shard: number): string =>
    `model-${String(shard + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;
  [...tensors].forEach(([name, tensor], i) => {
    shards[i % count]?.set(name, tensor);
    weightMap[name] = fileName(i % count);
  });
  await Promise.all(
    shards.map((shard, i) => writeFile(join(directory, fileName(i)), encodeSafetensors(shard, dtype))),
  );
  await writeFile(join(directory, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
}
