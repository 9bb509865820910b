import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fusedMatrices, modelVectors, type WeightSource } from '../core/index.ts';
import type { ExternalData } from '../onnx/index.ts';
import { explainDiskFault } from '../quant/index.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import type { GraphWeights, MatrixData } from './graph/graph-weights.ts';

/** Floats read and written at a time: bounds memory whatever the size of a matrix. */
const CHUNK_FLOATS = 8 << 20;
const FILE_NAME = 'dense.bin';

export interface DenseWeights {
  readonly weights: GraphWeights;
  readonly embedding: EmbeddingTable;
  /** Deletes the temporary file. Call once no session reads it. */
  dispose(): Promise<void>;
}

/**
 * Full-precision weights for the graph: the reference that elastic precisions are judged against. They are
 * written as f32 to a temporary file, because the graph wants fused f32 matrices and checkpoints hold other
 * things. The embedding stays in memory, f32 [vocabSize, hiddenSize].
 *
 * Throws QueptError as `source` does, and `invalid_usage` when the temporary folder cannot hold them.
 */
export async function denseWeights(source: WeightSource): Promise<DenseWeights> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-dense-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const weights = await writeMatrices(source, folder);
    return { weights, embedding: await denseEmbedding(source), dispose };
  } catch (error) {
    await dispose();
    throw explainDiskFault(error, folder, 'It is a temporary folder: TMPDIR can name a roomier place.');
  }
}

async function writeMatrices(source: WeightSource, folder: string): Promise<GraphWeights> {
  const { architecture } = source;
  const writer = new FloatWriter(await open(join(folder, FILE_NAME), 'w'));
  try {
    const matrices: MatrixData[] = [];
    for (const { name, n, k } of fusedMatrices(architecture)) {
      const weights = await writer.append(rowChunks(source, name, n, k));
      matrices.push({ kind: 'dense', name, n, k, weights });
    }
    const vectors = new Map<string, { length: number; data: ExternalData }>();
    for (const { name, length } of modelVectors(architecture)) {
      vectors.set(name, { length, data: await writer.append([source.readVector(name)]) });
    }
    return { architecture, folder, matrices, vectors };
  } finally {
    await writer.close();
  }
}

async function denseEmbedding(source: WeightSource): Promise<EmbeddingTable> {
  const { vocabSize, hiddenSize } = source.architecture;
  const table = new Float32Array(vocabSize * hiddenSize);
  let at = 0;
  for (const chunk of rowChunks(source, 'embedding', vocabSize, hiddenSize)) {
    const rows = await chunk;
    table.set(rows, at);
    at += rows.length;
  }
  return {
    lookup(tokenId, out, offset) {
      out.set(table.subarray(tokenId * hiddenSize, (tokenId + 1) * hiddenSize), offset);
    },
  };
}

function* rowChunks(source: WeightSource, name: string, n: number, k: number) {
  const step = Math.max(1, Math.floor(CHUNK_FLOATS / k));
  for (let row = 0; row < n; row += step) yield source.readMatrixRows(name, row, Math.min(n, row + step));
}

/** Appends f32 arrays to a file and remembers where they went. */
class FloatWriter {
  #offset = 0;
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async append(chunks: Iterable<Promise<Float32Array>>): Promise<ExternalData> {
    const offset = this.#offset;
    for (const chunk of chunks) {
      const { buffer, byteOffset, byteLength } = await chunk;
      await this.#file.writeFile(new Uint8Array(buffer, byteOffset, byteLength));
      this.#offset += byteLength;
    }
    return { location: FILE_NAME, offset, bytes: this.#offset - offset };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
