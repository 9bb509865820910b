import { basename } from 'node:path';
import { type ModelArchitecture, QueptError, type WeightSource } from '../../core/index.ts';
import { decodeFloats, FLOAT_BYTES } from './decode-floats.ts';
import { type GenerationDefaults, readGenerationConfig } from './generation-config.ts';
import { readModelConfig } from './model-config.ts';
import { type TensorPart, tensorParts } from './tensor-names.ts';
import { openWeightFiles, type TensorLocation, type WeightFiles } from './weight-files.ts';

/** A Hugging Face folder, opened. */
export interface Checkpoint extends WeightSource {
  readonly directory: string;
  readonly generationDefaults: GenerationDefaults;
  /** Ids that end a sequence. */
  readonly endTokenIds: readonly number[];
}

/** A part and where it lies. */
type PlacedPart = TensorPart & TensorLocation;

/**
 * Opens a Hugging Face folder (config.json, safetensors in one file or in shards). Presence, shape and dtype of
 * every tensor are checked here, finiteness as values are read; rows are streamed, never a whole matrix.
 *
 * Throws QueptError `invalid_checkpoint` naming file and field or tensor. The caller closes the result.
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const architecture = await readModelConfig(directory);
  const generation = await readGenerationConfig(directory, 'invalid_checkpoint');
  const files = await openWeightFiles(directory);
  try {
    const placed = placeParts(architecture, files);
    const read = (name: string, matrix: boolean): PlacedPart[] => {
      const parts = placed.get(name);
      if (parts === undefined || (parts[0]?.columns !== null) !== matrix) {
        throw new RangeError(`${name} is not a ${matrix ? 'matrix' : 'vector'} of this architecture`);
      }
      return parts;
    };
    return {
      directory,
      architecture,
      generationDefaults: generation.defaults,
      endTokenIds: generation.endTokenIds,
      readMatrixRows: (name, from, to) => readRows(read(name, true), from, to),
      readVector: (name) => {
        const parts = read(name, false);
        return readRows(parts, 0, totalRows(parts));
      },
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** Finds every needed tensor and checks its shape and dtype, then looks for tensors that should not be there. */
function placeParts(architecture: ModelArchitecture, files: WeightFiles): Map<string, PlacedPart[]> {
  const placed = new Map<string, PlacedPart[]>();
  const used = new Set<string>();
  for (const [name, parts] of tensorParts(architecture)) {
    placed.set(
      name,
      parts.map((part) => {
        used.add(part.tensor);
        return { ...part, ...locate(part, files) };
      }),
    );
  }
  for (const [tensor, { file }] of files.tensors) {
    if (!used.has(tensor) && !isHarmless(tensor, architecture)) {
      const problem = `config.json describes a ${architecture.family} model of ${architecture.layers} layers without it`;
      throw broken(file.path, tensor, `${problem}. Ignoring it would change the model.`);
    }
  }
  return placed;
}

function locate(part: TensorPart, files: WeightFiles): TensorLocation {
  const found = files.tensors.get(part.tensor);
  if (found === undefined) {
    const hint =
      part.tensor === 'lm_head.weight'
        ? 'If the head shares the embedding, set tie_word_embeddings to true in config.json.'
        : 'Fetch the weights again.';
    throw new QueptError('invalid_checkpoint', `No weight file holds tensor ${part.tensor}. ${hint}`);
  }
  const { entry, file } = found;
  const shape = part.columns === null ? [part.rows] : [part.rows, part.columns];
  if (entry.shape.join() !== shape.join()) {
    const [has, wants] = [entry.shape.join(', '), shape.join(', ')];
    throw broken(file.path, part.tensor, `shape [${has}], but config.json asks for [${wants}].`);
  }
  if (!Object.hasOwn(FLOAT_BYTES, entry.dtype)) {
    throw broken(file.path, part.tensor, `dtype ${entry.dtype}; only F32, F16 and BF16 are read.`);
  }
  return found;
}

/** Tensors outside the transformer, tables that old files carry and code recomputes, and a copy of a tied head. */
function isHarmless(tensor: string, architecture: ModelArchitecture): boolean {
  if (tensor === 'lm_head.weight') return architecture.tiedEmbedding;
  return !tensor.startsWith('model.') || tensor.endsWith('.rotary_emb.inv_freq');
}

/**
 * Rows [from, to) of the parts laid one after the other, f32 row-major; a vector is a matrix of one column.
 * Reads and allocates these rows only.
 */
async function readRows(parts: readonly PlacedPart[], from: number, to: number): Promise<Float32Array> {
  const columns = parts[0]?.columns ?? 1;
  if (
    !(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= totalRows(parts))
  ) {
    throw new RangeError(`rows ${from}..${to} of ${totalRows(parts)}`);
  }
  const values = new Float32Array((to - from) * columns);
  let start = 0;
  for (const part of parts) {
    const first = Math.max(from, start);
    const last = Math.min(to, start + part.rows);
    if (first < last) {
      const target = values.subarray((first - from) * columns, (last - from) * columns);
      await readPart(part, (first - start) * columns, target);
    }
    start += part.rows;
  }
  return values;
}

async function readPart(part: PlacedPart, firstValue: number, target: Float32Array): Promise<void> {
  const { file, entry } = part;
  const width = FLOAT_BYTES[entry.dtype]!;
  const bytes = await file.read(entry, firstValue * width, (firstValue + target.length) * width);
  const bad = decodeFloats(entry.dtype, bytes, target);
  if (bad < 0) return;
  const index = firstValue + bad;
  const columns = part.columns ?? 1;
  const place = part.columns === null ? `${index}` : `${Math.floor(index / columns)}, ${index % columns}`;
  throw broken(file.path, part.tensor, `holds ${target[bad]} at [${place}]. The checkpoint is damaged.`);
}

function totalRows(parts: readonly PlacedPart[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

function broken(path: string, tensor: string, text: string): QueptError {
  return new QueptError('invalid_checkpoint', `${basename(path)}: tensor ${tensor}: ${text}`);
}
