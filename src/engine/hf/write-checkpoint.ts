import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelArchitecture } from '../../core/index.ts';
import { type TensorSpec, WeightsWriter } from '../../quant/index.ts';
import { tensorParts } from './tensor-names.ts';

/**
 * Writes a model as a Hugging Face folder that `openCheckpoint` and other programs read: config.json and
 * model.safetensors in float32. Files that are there are replaced, each in one step.
 *
 * @param weightsOf values of a matrix or vector by canonical name, f32 row-major; asked for in turn
 * Throws Error when a value has another size than its place.
 */
export async function writeCheckpoint(
  directory: string,
  architecture: ModelArchitecture,
  weightsOf: (name: string) => Float32Array | Promise<Float32Array>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'model.safetensors');
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const parts = new Map([...tensorParts(architecture)].filter(([name]) => !isShared(name, architecture)));
  const writer = await WeightsWriter.create(partial, [...parts.values()].flat().map(specOf), {
    format: 'pt',
  });
  try {
    for (const [name, stored] of parts) {
      const values = await weightsOf(name);
      let at = 0;
      for (const part of stored) {
        const size = part.rows * (part.columns ?? 1);
        await writer.append(part.tensor, values.subarray(at, at + size));
        at += size;
      }
      if (at !== values.length) throw new Error(`${name} has ${values.length} values, not ${at}`);
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, path);
  await writeFile(join(directory, 'config.json'), `${JSON.stringify(configOf(architecture), null, 2)}\n`);
}

/** A tied head is stored once, as the embedding. */
function isShared(name: string, { tiedEmbedding }: ModelArchitecture): boolean {
  return name === 'head' && tiedEmbedding;
}

function specOf({
  tensor,
  rows,
  columns,
}: {
  tensor: string;
  rows: number;
  columns: number | null;
}): TensorSpec {
  const shape = columns === null ? [rows] : [rows, columns];
  return { name: tensor, dtype: 'F32', shape, bytes: 4 * rows * (columns ?? 1) };
}

/** The config.json of a model without rope scaling. Throws Error for one with it, which nothing here makes. */
function configOf(a: ModelArchitecture): Record<string, unknown> {
  if (a.rope.scaling !== null) throw new Error('a checkpoint with rope scaling is not written');
  return {
    architectures: [`${a.family[0]!.toUpperCase()}${a.family.slice(1)}ForCausalLM`],
    model_type: a.family,
    vocab_size: a.vocabSize,
    hidden_size: a.hiddenSize,
    intermediate_size: a.intermediateSize,
    num_hidden_layers: a.layers,
    num_attention_heads: a.heads,
    num_key_value_heads: a.kvHeads,
    head_dim: a.headDim,
    max_position_embeddings: a.contextLength,
    rms_norm_eps: a.rmsNormEps,
    rope_theta: a.rope.theta,
    hidden_act: 'silu',
    tie_word_embeddings: a.tiedEmbedding,
    torch_dtype: 'float32',
  };
}
