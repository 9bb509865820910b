import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fusedMatrices, modelVectors } from '../../../../src/core/index.ts';
import { openCheckpoint } from '../../../../src/engine/hf/checkpoint.ts';
import { checkpointFingerprint } from '../../../../src/engine/hf/checkpoint-fingerprint.ts';
import { tokenizerFiles } from '../../../../src/engine/hf/tokenizer-files.ts';
import type { FloatDtype, FloatTensor } from '../../../support/safetensors-writer.ts';
import { type TinyCheckpointOptions, writeTinyCheckpoint } from '../../../support/tiny-checkpoint.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A tiny folder together with the f32 tensors it was written from. */
async function write(options: TinyCheckpointOptions = {}): Promise<{
  directory: string;
  tensors: Map<string, FloatTensor>;
}> {
  const directory = join(root, `c${count++}`);
  let tensors = new Map<string, FloatTensor>();
  await writeTinyCheckpoint(directory, {
    ...options,
    editTensors: (all) => {
      options.editTensors?.(all);
      tensors = all;
    },
  });
  return { directory, tensors };
}

function stored(tensors: Map<string, FloatTensor>, ...names: string[]): number[] {
  return names.flatMap((name) => [...(tensors.get(name) as FloatTensor).values]);
}

async function failure(options: TinyCheckpointOptions): Promise<unknown> {
  const { directory } = await write(options);
  try {
    await (await openCheckpoint(directory)).close();
    return null;
  } catch (error) {
    return error;
  }
}

const families = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;

describe('openCheckpoint', () => {
  it.each(families)(
    'reads every matrix and vector of %s, tied and untied, whole and sharded',
    async (family) => {
      for (const [tied, shards] of [
        [true, 1],
        [false, 3],
      ] as const) {
        const { directory, tensors } = await write({ family, tied, shards });
        const checkpoint = await openCheckpoint(directory);
        const { architecture } = checkpoint;
        expect(architecture).toMatchObject({ family, tiedEmbedding: tied, qkvBias: family === 'qwen2' });
        for (const { name, n, k } of fusedMatrices(architecture)) {
          expect(await checkpoint.readMatrixRows(name, 0, n)).toHaveLength(n * k);
        }
        for (const { name, length } of modelVectors(architecture)) {
          expect(await checkpoint.readVector(name)).toHaveLength(length);
        }
        const attention = ['q', 'k', 'v'].map((part) => `model.layers.1.self_attn.${part}_proj`);
        const matrices: [string, string[]][] = [
          ['embedding', ['model.embed_tokens.weight']],
          ['head', [tied ? 'model.embed_tokens.weight' : 'lm_head.weight']],
          ['layers.1.qkv', attention.map((part) => `${part}.weight`)],
          ['layers.1.o', ['model.layers.1.self_attn.o_proj.weight']],
          ['layers.0.gate_up', ['model.layers.0.mlp.gate_proj.weight', 'model.layers.0.mlp.up_proj.weight']],
          ['layers.0.down', ['model.layers.0.mlp.down_proj.weight']],
        ];
        for (const [name, parts] of matrices) {
          const values = stored(tensors, ...parts);
          const rows = parts.reduce((sum, part) => sum + (tensors.get(part)?.shape[0] ?? 0), 0);
          expect([...(await checkpoint.readMatrixRows(name, 0, rows))]).toEqual(values);
        }
        const vectors: [string, string[]][] = [
          ['layers.0.attention_norm', ['model.layers.0.input_layernorm.weight']],
          ['layers.1.mlp_norm', ['model.layers.1.post_attention_layernorm.weight']],
          ['final_norm', ['model.norm.weight']],
          ...(family === 'qwen2'
            ? [['layers.1.qkv_bias', attention.map((part) => `${part}.bias`)] as [string, string[]]]
            : []),
          ...(family === 'qwen3'
            ? [['layers.0.k_norm', ['model.layers.0.self_attn.k_norm.weight']] as [string, string[]]]
            : []),
        ];
        for (const [name, parts] of vectors) {
          expect([...(await checkpoint.readVector(name))]).toEqual(stored(tensors, ...parts));
        }
        await checkpoint.close();
      }
    },
  );

  it('streams any row range of a fused matrix, across its parts', async () => {
    const { directory } = await write({ family: 'qwen2', shards: 4 });
    const checkpoint = await openCheckpoint(directory);
    const k = checkpoint.architecture.hiddenSize;
    const n = (4 + 2 * 2) * 16;
    const whole = await checkpoint.readMatrixRows('layers.0.qkv', 0, n);
    // Parts end at rows 64, 96 and 128.
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [63, 65],
      [60, 100],
      [64, 96],
      [95, 97],
      [127, 128],
      [128, 128],
    ] as const) {
      const rows = await checkpoint.readMatrixRows('layers.0.qkv', from, to);
      expect([...rows]).toEqual([...whole.slice(from * k, to * k)]);
    }
    await expect(checkpoint.readMatrixRows('layers.0.qkv', 0, 129)).rejects.toThrow(RangeError);
    await expect(checkpoint.readMatrixRows('layers.0.qkv', -1, 2)).rejects.toThrow(RangeError);
    await checkpoint.close();
  });

  it.each([
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ] as [FloatDtype, number][])('widens %s to within its rounding', async (dtype, tolerance) => {
    const { directory, tensors } = await write({ dtype });
    const checkpoint = await openCheckpoint(directory);
    const read = await checkpoint.readMatrixRows('layers.0.down', 0, 64);
    const written = stored(tensors, 'model.layers.0.mlp.down_proj.weight');
    const errors = written.map(
      (value, i) => Math.abs((read[i] ?? NaN) - value) - tolerance * Math.abs(value),
    );
    expect(Math.max(...errors)).toBeLessThanOrEqual(2 ** -25);
    await checkpoint.close();
  });

  it('reports generation defaults and end tokens', async () => {
    const { directory } = await write();
    await writeFile(
      join(directory, 'generation_config.json'),
      '{"temperature":0.6,"top_k":20,"top_p":0.95,"do_sample":true,"eos_token_id":[2,7],"max_new_tokens":64}',
    );
    const checkpoint = await openCheckpoint(directory);
    expect(checkpoint.generationDefaults).toEqual({
      sampling: { temperature: 0.6, topK: 20, topP: 0.95 },
      maxTokens: 64,
    });
    expect(checkpoint.endTokenIds).toEqual([2, 7]);
    await checkpoint.close();
  });
});

describe('openCheckpoint refuses', () => {
  const edit = (
    name: string,
    change: (tensor: FloatTensor) => FloatTensor | null,
  ): TinyCheckpointOptions => ({
    editTensors: (tensors) => {
      const tensor = change(tensors.get(name) ?? { shape: [1], values: new Float32Array(1) });
      if (tensor === null) tensors.delete(name);
      else tensors.set(name, tensor);
    },
  });
  const up = 'model.layers.1.mlp.up_proj.weight';

  it.each([
    ['a missing tensor', edit(up, () => null), `No weight file holds tensor ${up}.`],
    [
      'a wrong shape',
      edit(up, ({ values }) => ({ shape: [64, 96], values })),
      `model.safetensors: tensor ${up}: shape [64, 96], but config.json asks for [96, 64].`,
    ],
    [
      'an untied head that is not there',
      { tied: true, config: { tie_word_embeddings: false } },
      'No weight file holds tensor lm_head.weight. If the head shares the embedding, set tie_word_embeddings to true',
    ],
    [
      'a bias that the architecture lacks',
      edit('model.layers.0.self_attn.o_proj.bias', (tensor) => tensor),
      'tensor model.layers.0.self_attn.o_proj.bias: config.json describes a llama model of 2 layers without it',
    ],
    [
      'layers beyond num_hidden_layers',
      { config: { num_hidden_layers: 1 } },
      'config.json describes a llama model of 1 layers without it',
    ],
  ])('%s', async (_, options, message) => {
    const error = await failure(options);
    expect(error).toMatchObject({ code: 'invalid_checkpoint', message: expect.stringContaining(message) });
    expect((error as Error).message).not.toContain(root);
  });

  it('accepts stored rotary tables and a copy of a tied head', async () => {
    const extra = edit('model.layers.0.self_attn.rotary_emb.inv_freq', (tensor) => tensor);
    expect(await failure(extra)).toBeNull();
    expect(await failure(edit('lm_head.weight', (tensor) => tensor))).toBeNull();
  });

  it('a dtype that is not a float', async () => {
    const { directory } = await write();
    const path = join(directory, 'model.safetensors');
    const text = (await readFile(path)).toString('latin1');
    // Same width, so only the meaning changes.
    await writeFile(path, text.replace('"dtype":"F32"', '"dtype":"I32"'), 'latin1');
    await expect(openCheckpoint(directory)).rejects.toThrow(/tensor .*: dtype I32; only F32, F16 and BF16/);
  });

  it.each([
    ['F32', NaN],
    ['F16', Infinity],
    ['BF16', -Infinity],
  ] as [FloatDtype, number][])('%s values that are not finite, when they are read', async (dtype, value) => {
    const { directory } = await write({
      dtype,
      ...edit(up, ({ shape, values }) => ({ shape, values: values.with(5 * 64 + 3, value) })),
    });
    const checkpoint = await openCheckpoint(directory);
    await checkpoint.readMatrixRows('layers.1.gate_up', 96, 101);
    await expect(checkpoint.readMatrixRows('layers.1.gate_up', 100, 110)).rejects.toMatchObject({
      code: 'invalid_checkpoint',
      message: `model.safetensors: tensor ${up}: holds ${value} at [5, 3]. The checkpoint is damaged.`,
    });
    await checkpoint.close();
  });

  it('shards that are not what the index says', async () => {
    const { directory } = await write({ shards: 2 });
    const index = join(directory, 'model.safetensors.index.json');
    const map = JSON.parse(await readFile(index, 'utf8')) as { weight_map: Record<string, string> };
    const first = 'model-00001-of-00002.safetensors';
    const second = 'model-00002-of-00002.safetensors';
    const moved = Object.fromEntries(Object.keys(map.weight_map).map((name) => [name, first]));
    await writeFile(index, JSON.stringify({ weight_map: moved }));
    await expect(openCheckpoint(directory)).rejects.toThrow(`${first}: tensor`);
    await writeFile(index, JSON.stringify({ weight_map: { a: `../${second}` } }));
    await expect(openCheckpoint(directory)).rejects.toThrow('weight_map.a is not a plain file name');
    await writeFile(index, JSON.stringify(map));
    await rm(join(directory, second));
    await expect(openCheckpoint(directory)).rejects.toThrow(`${second}: the file does not exist.`);
  });

  it('a folder without weights, saying what to do', async () => {
    const { directory } = await write();
    await rm(join(directory, 'model.safetensors'));
    await expect(openCheckpoint(directory)).rejects.toThrow(
      /neither model.safetensors nor .*Fetch the weights/,
    );
    await writeFile(join(directory, 'pytorch_model.bin'), '');
    await expect(openCheckpoint(directory)).rejects.toThrow(/convert them to safetensors/);
  });
});

describe('checkpointFingerprint', () => {
  it('depends on config and weights and on nothing else', async () => {
    const [a, b, other] = await Promise.all([
      write({ shards: 2 }),
      write({ shards: 2 }),
      write({ seed: 2, shards: 2 }),
    ]);
    const print = await checkpointFingerprint(a.directory);
    expect(print).toMatch(/^[0-9a-f]{64}$/);
    expect(await checkpointFingerprint(b.directory)).toBe(print);
    expect(await checkpointFingerprint(other.directory)).not.toBe(print);
    await writeFile(join(b.directory, 'README.md'), 'notes');
    expect(await checkpointFingerprint(b.directory)).toBe(print);
    const shard = join(b.directory, 'model-00002-of-00002.safetensors');
    const bytes = await readFile(shard);
    await writeFile(shard, bytes.fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1));
    expect(await checkpointFingerprint(b.directory)).not.toBe(print);
  });
});

describe('tokenizerFiles', () => {
  it('lists what is there', async () => {
    const { directory } = await write();
    const files = await tokenizerFiles(directory);
    expect(files).toEqual(['tokenizer.json', 'tokenizer_config.json', 'generation_config.json']);
    await writeFile(join(directory, 'chat_template.jinja'), '');
    expect(await tokenizerFiles(directory)).toContain('chat_template.jinja');
    expect(await readdir(directory)).toEqual(expect.arrayContaining(files));
  });
});
