import { z } from 'zod';
import { type ModelArchitecture, QueptError } from '../../core/index.ts';
import { readJsonFile } from './json-file.ts';
import { readRope, ropeFields } from './rope-config.ts';

const FAMILIES = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;

const size = z.int().positive();
const schema = z.object({
  // First, so that an unsupported model is called that and not a model with a field missing.
  model_type: z.enum(FAMILIES, {
    error: ({ input }) => `'${String(input)}' is not supported. Supported are ${FAMILIES.join(', ')}`,
  }),
  architectures: z.array(z.string()).nullish(),
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size,
  max_position_embeddings: size,
  rms_norm_eps: z.number().positive().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  quantization_config: z.object({ quant_method: z.string().nullish() }).nullish(),
  ...ropeFields,
});

type ModelConfig = z.output<typeof schema>;

/**
 * Reads config.json of a Hugging Face folder. Whatever would change the computation and is not implemented is
 * refused by name: QueptError `invalid_checkpoint`.
 */
export async function readModelConfig(directory: string): Promise<ModelArchitecture> {
  const config = await readJsonFile(directory, 'config.json', schema, 'invalid_checkpoint');
  if (config === null) {
    throw refuse(
      'the file does not exist. Point at a Hugging Face model folder (config.json, *.safetensors).',
    );
  }
  refuseUnsupported(config);
  return toArchitecture(config);
}

function toArchitecture(config: ModelConfig): ModelArchitecture {
  const family = config.model_type;
  const heads = config.num_attention_heads;
  const kvHeads = config.num_key_value_heads ?? (family === 'llama' ? heads : null);
  if (kvHeads === null) throw refuse(`num_key_value_heads is missing; ${family} has no default for it.`);
  if (heads % kvHeads !== 0) {
    throw refuse(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}.`);
  }
  // Qwen3's head size is a constant of the family; elsewhere it follows from the hidden size.
  const headDim = config.head_dim ?? (family === 'qwen3' ? 128 : config.hidden_size / heads);
  if (!Number.isInteger(headDim)) {
    throw refuse(`hidden_size ${config.hidden_size} is not a multiple of num_attention_heads ${heads}.`);
  }
  if (headDim % 2 !== 0) throw refuse(`head_dim ${headDim} is odd: rotary embedding needs pairs.`);
  return {
    family,
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    kvHeads,
    headDim,
    vocabSize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    rmsNormEps: config.rms_norm_eps ?? 1e-6,
    rope: readRope(config),
    qkvBias: family === 'qwen2',
    qkNorm: family === 'qwen3',
    tiedEmbedding: config.tie_word_embeddings ?? false,
  };
}

function refuseUnsupported(config: ModelConfig): void {
  const family = config.model_type;
  const { architectures, hidden_act: activation, quantization_config: quantization } = config;
  if (architectures?.length && !architectures.some((name) => name.endsWith('ForCausalLM'))) {
    throw refuse(
      `architectures [${architectures.join(', ')}] names no causal language model (…ForCausalLM).`,
    );
  }
  if (quantization) {
    throw refuse(
      `quantization_config (${quantization.quant_method ?? 'unnamed method'}): the weights are already quantized. ` +
        'Use the checkpoint in F32, F16 or BF16.',
    );
  }
  if (activation && activation !== 'silu' && activation !== 'swish') {
    throw refuse(`hidden_act '${activation}' is not supported, only silu.`);
  }
  // Qwen2's bias on q, k and v is part of the family; this flag would add one to the output projection too.
  if (config.attention_bias && family !== 'qwen2') {
    throw refuse('attention_bias true is not supported: it puts a bias on the output projection.');
  }
  if (config.mlp_bias) throw refuse('mlp_bias true is not supported.');
  refuseSlidingWindow(config);
}

/** A window that is at least as long as the context never hides a token, so it is no window at all. */
function refuseSlidingWindow(config: ModelConfig): void {
  const optIn = config.model_type === 'qwen2' || config.model_type === 'qwen3';
  if (optIn && !config.use_sliding_window) return;
  if (config.layer_types?.length && config.layer_types.every((type) => type === 'full_attention')) return;
  const window = config.sliding_window;
  const context = config.max_position_embeddings;
  if (window === null || window === undefined || window >= context) return;
  throw refuse(
    `sliding_window ${window} is in effect below max_position_embeddings ${context}, and sliding-window ` +
      `attention is not supported. Set max_position_embeddings to ${window} in config.json to serve that much context.`,
  );
}

function refuse(text: string): QueptError {
  return new QueptError('invalid_checkpoint', `config.json: ${text}`);
}
