import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelArchitecture } from '../../core/index.ts';
import type { EmbeddingTable, GraphWeights } from '../../engine/index.ts';
import type { ExternalData } from '../../onnx/index.ts';
import { type PlaneArrays, type PlaneFormat, PlaneRowReader } from '../../quant/index.ts';
import { randomBytes } from './random-bytes.ts';
import { type RandomSection, randomWeightsLayout } from './random-weights-layout.ts';

export interface RandomModel {
  readonly weights: GraphWeights;
  readonly embedding: EmbeddingTable;
  /** Size of the weights file. */
  readonly bytes: number;
}

/**
 * Makes sure that `folder` holds the weights of a random model: speed and memory do not depend on values, and
 * random codes are written in a second where quantizing random weights would take minutes. A whole file from an
 * earlier run is kept.
 *
 * @returns the file's size, bytes
 */
export async function writeRandomModel(
  folder: string,
  architecture: ModelArchitecture,
  planes: readonly PlaneFormat[],
): Promise<number> {
  const { fileName, sections, bytes } = randomWeightsLayout(architecture, planes);
  const path = join(folder, fileName);
  const present = await stat(path).catch(() => null);
  if (present?.size === bytes) return bytes;
  const unfinished = `${path}.part`;
  const file = await open(unfinished, 'w');
  try {
    for (const section of sections) await file.writeFile(sectionBytes(section));
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  return bytes;
}

/**
 * Opens what `writeRandomModel` wrote for the same arguments. The embedding is the head's planes, held on the host
 * and dequantized row by row, exactly as that of a served model with a tied embedding.
 */
export async function openRandomModel(
  folder: string,
  architecture: ModelArchitecture,
  planes: readonly PlaneFormat[],
): Promise<RandomModel> {
  const layout = randomWeightsLayout(architecture, planes);
  const { matrices, vectors, bytes } = layout;
  const head = matrices.at(-1);
  const arrays: PlaneArrays[] = [];
  const file = await open(join(folder, layout.fileName));
  const read = async (data: ExternalData): Promise<Uint8Array<ArrayBuffer>> => {
    const buffer = new Uint8Array(data.bytes);
    await file.read(buffer, 0, data.bytes, data.offset);
    return buffer;
  };
  try {
    const placed = head?.kind === 'elastic' ? head.planes : [];
    for (const [i, { codes, scales }] of placed.entries()) {
      const format = planes[i] as PlaneFormat;
      arrays.push({
        ...format,
        codes: await read(codes),
        scales: new Float32Array((await read(scales)).buffer),
        zeroPoints: null,
      });
    }
  } finally {
    await file.close();
  }
  const reader = new PlaneRowReader(architecture.hiddenSize, arrays);
  const embedding: EmbeddingTable = { lookup: (tokenId, out, offset) => reader.read(tokenId, out, offset) };
  return { weights: { architecture, folder, matrices, vectors }, embedding, bytes };
}

function sectionBytes({ bytes, fill }: RandomSection): Uint8Array {
  if (fill.kind === 'random') return randomBytes(fill.key, bytes);
  return new Uint8Array(new Float32Array(bytes / 4).fill(fill.value).buffer);
}
