import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGenerationConfig } from '../../../../src/engine/hf/generation-config.ts';
import { readModelConfig } from '../../../../src/engine/hf/model-config.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(root, { recursive: true }));

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 300,
  max_position_embeddings: 128,
};
const mistral = {
  ...llama,
  architectures: ['MistralForCausalLM'],
  model_type: 'mistral',
  num_key_value_heads: 2,
};
const qwen2 = { ...mistral, architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' };
const qwen3 = { ...qwen2, architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3' };

async function read(config: object | string) {
  await writeFile(join(root, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return readModelConfig(root);
}

describe('readModelConfig', () => {
  it("fills in the families' defaults", async () => {
    expect(await read(llama)).toEqual({
      family: 'llama',
      hiddenSize: 64,
      intermediateSize: 96,
      layers: 2,
      heads: 4,
      kvHeads: 4,
      headDim: 16,
      vocabSize: 300,
      contextLength: 128,
      rmsNormEps: 1e-6,
      rope: { theta: 10_000, scaling: null },
      qkvBias: false,
      qkNorm: false,
      tiedEmbedding: false,
    });
    expect(await read({ ...llama, head_dim: 32 })).toMatchObject({ headDim: 32 });
    expect(await read(qwen2)).toMatchObject({ qkvBias: true, qkNorm: false, kvHeads: 2, headDim: 16 });
    expect(await read(qwen3)).toMatchObject({ qkvBias: false, qkNorm: true, headDim: 128 });
    expect(await read({ ...qwen3, tie_word_embeddings: true })).toMatchObject({ tiedEmbedding: true });
  });

  it.each([
    ['null', { rope_theta: 5e5, rope_scaling: null }, { theta: 5e5, scaling: null }],
    ['default', { rope_scaling: { rope_type: 'default' } }, { theta: 1e4, scaling: null }],
    [
      'linear, older spelling',
      { rope_scaling: { type: 'linear', factor: 4 } },
      { theta: 1e4, scaling: { kind: 'linear', factor: 4 } },
    ],
    [
      'llama3',
      {
        rope_theta: 5e5,
        rope_scaling: {
          rope_type: 'llama3',
          factor: 8,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 8192,
        },
      },
      {
        theta: 5e5,
        scaling: {
          kind: 'llama3',
          factor: 8,
          lowFreqFactor: 1,
          highFreqFactor: 4,
          originalContextLength: 8192,
        },
      },
    ],
    [
      'rope_parameters',
      { rope_parameters: { rope_type: 'default', rope_theta: 1e6 } },
      { theta: 1e6, scaling: null },
    ],
  ])('reads rotary embedding: %s', async (_, fields, rope) => {
    expect((await read({ ...llama, ...fields })).rope).toEqual(rope);
  });

  it.each([
    ['not JSON', '{', /^config\.json: not valid JSON/],
    [
      'an unknown family',
      { ...llama, model_type: 'gpt2' },
      /'gpt2' is not supported. Supported are llama, mistral, qwen2, qwen3/,
    ],
    ['an unknown family whose fields differ', { model_type: 'mamba' }, /'mamba' is not supported/],
    ['a missing field', { ...llama, vocab_size: undefined }, /^config\.json: vocab_size: /],
    ['a size of zero', { ...llama, num_hidden_layers: 0 }, /num_hidden_layers/],
    [
      'a classifier',
      { ...llama, architectures: ['LlamaForSequenceClassification'] },
      /LlamaForSequenceClassification/,
    ],
    [
      'no kv heads where there is no default',
      { ...mistral, num_key_value_heads: null },
      /num_key_value_heads is missing/,
    ],
    [
      'heads that do not divide',
      { ...llama, num_key_value_heads: 3 },
      /not a multiple of num_key_value_heads/,
    ],
    ['a hidden size that does not divide', { ...llama, hidden_size: 66 }, /hidden_size 66 is not a multiple/],
    ['an odd head', { ...llama, head_dim: 15 }, /head_dim 15 is odd/],
    ['another activation', { ...llama, hidden_act: 'gelu' }, /hidden_act 'gelu'/],
    ['attention bias', { ...llama, attention_bias: true }, /attention_bias true/],
    ['attention bias in Qwen3', { ...qwen3, attention_bias: true }, /attention_bias true/],
    ['mlp bias', { ...llama, mlp_bias: true }, /mlp_bias true/],
    [
      'quantized weights',
      { ...llama, quantization_config: { quant_method: 'gptq' } },
      /quantization_config \(gptq\)/,
    ],
    ['partial rotation', { ...llama, partial_rotary_factor: 0.5 }, /partial_rotary_factor 0.5/],
    [
      'yarn',
      { ...qwen2, rope_scaling: { type: 'yarn', factor: 4 } },
      /rope_scaling type 'yarn'.*remove rope_scaling/,
    ],
    [
      'llama3 without a bound',
      { ...llama, rope_scaling: { rope_type: 'llama3', factor: 8 } },
      /rope_scaling\.low_freq_factor is missing/,
    ],
    [
      'a window in effect',
      { ...mistral, sliding_window: 64 },
      /sliding_window 64 .*Set max_position_embeddings to 64/,
    ],
    ['a window switched on', { ...qwen2, sliding_window: 64, use_sliding_window: true }, /sliding_window 64/],
    [
      'a window on some layers',
      { ...mistral, sliding_window: 64, layer_types: ['full_attention', 'sliding_attention'] },
      /sliding_window 64/,
    ],
  ])('refuses %s', async (_, config, message) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'invalid_checkpoint',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['null', { ...mistral, sliding_window: null }],
    ['as long as the context', { ...mistral, sliding_window: 128 }],
    ['switched off', { ...qwen2, sliding_window: 64, use_sliding_window: false }],
    ['on no layer', { ...mistral, sliding_window: 64, layer_types: ['full_attention', 'full_attention'] }],
  ])('accepts a sliding window that is %s', async (_, config) => {
    expect((await read(config)).contextLength).toBe(128);
  });

  it('names the file when the folder has none', async () => {
    await expect(readModelConfig(join(root, 'nowhere'))).rejects.toThrow(
      /^config\.json: the file does not exist/,
    );
  });
});

describe('readGenerationConfig', () => {
  async function readWith(generation: object | null, config: object = {}) {
    await writeFile(join(root, 'config.json'), JSON.stringify(config));
    const path = join(root, 'generation_config.json');
    if (generation === null) await rm(path, { force: true });
    else await writeFile(path, JSON.stringify(generation));
    return readGenerationConfig(root, 'invalid_checkpoint');
  }

  it('takes the end of sequence from config.json where it names none itself', async () => {
    const none = { sampling: {}, maxTokens: null };
    expect(await readWith(null, { eos_token_id: 2 })).toEqual({ defaults: none, endTokenIds: [2] });
    expect(await readWith({}, { eos_token_id: [2, 3] })).toEqual({ defaults: none, endTokenIds: [2, 3] });
    expect(await readWith({ eos_token_id: 5 }, { eos_token_id: 2 })).toEqual({
      defaults: none,
      endTokenIds: [5],
    });
    expect(await readWith(null)).toEqual({ defaults: none, endTokenIds: [] });
  });

  it('reads do_sample false as greedy and -1 as off', async () => {
    const { defaults } = await readWith({
      do_sample: false,
      temperature: 0.7,
      top_k: -1,
      min_p: 0.1,
      repetition_penalty: 1.05,
    });
    expect(defaults.sampling).toEqual({ temperature: 0, topK: 0, minP: 0.1, repetitionPenalty: 1.05 });
  });

  it.each([
    ['temperature', -1],
    ['top_p', 1.5],
    ['top_k', 2.5],
    ['min_p', 2],
    ['max_new_tokens', 0],
    ['eos_token_id', 'two'],
  ])('refuses %s %s by name', async (field, value) => {
    await expect(readWith({ [field]: value })).rejects.toThrow(`generation_config.json: ${field}`);
  });
});
