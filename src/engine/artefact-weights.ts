import { basename, dirname } from 'node:path';
import { modelVectors } from '../core/index.ts';
import type { ExternalData } from '../onnx/index.ts';
import { type Artefact, PlaneRowReader, readPlane, type TensorEntry } from '../quant/index.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import type { GraphWeights, MatrixData } from './graph/graph-weights.ts';

/** Initializers that point straight into the artefact's weights file. */
export function artefactWeights(artefact: Artefact): GraphWeights {
  const location = basename(artefact.weightsPath);
  const external = (entry: TensorEntry): ExternalData => ({
    location,
    offset: entry.offset,
    bytes: entry.bytes,
  });
  const matrices: MatrixData[] = artefact.matrices.map(({ name, n, k, planes, cascade }) => ({
    kind: 'elastic',
    name,
    n,
    k,
    planes: planes.map(({ bits, block, codes, scales, zeroPoints }) => ({
      bits,
      block,
      codes: external(codes),
      scales: external(scales),
      zeroPoints: zeroPoints && external(zeroPoints),
    })),
    cascade: cascade.map(({ rank, a, b }) => ({ rank, a: external(a), b: external(b) })),
  }));
  const { architecture } = artefact.manifest;
  const vectors = new Map(
    modelVectors(architecture).map(({ name, length }) => {
      const entry = artefact.vectors.get(name)!;
      return [name, { length, data: external(entry) }] as const;
    }),
  );
  return { architecture, folder: dirname(artefact.weightsPath), matrices, vectors };
}

/**
 * The embedding, dequantized row by row on the host from all its planes: its cost does not depend on the
 * precision of a step, so it is never lowered. A tied embedding reads the head's planes.
 */
export async function artefactEmbedding(artefact: Artefact): Promise<EmbeddingTable> {
  const planes = await Promise.all(artefact.embedding.map((plane) => readPlane(artefact, plane)));
  const reader = new PlaneRowReader(artefact.manifest.architecture.hiddenSize, planes);
  return { lookup: (tokenId, out, offset) => reader.read(tokenId, out, offset) };
}
