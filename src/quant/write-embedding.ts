import type { FusedMatrix, WeightSource } from '../core/index.ts';
import { EMBEDDING_FORMAT } from './artefact-tensors.ts';
import type { ArtefactWriter } from './artefact-writer.ts';
import { quantizePlane } from './quantize-plane.ts';
import { forEachRowChunk } from './row-chunks.ts';

/**
 * Writes the embedding of a model whose head is another matrix.
 *
 * @param onRows called after each chunk of rows
 */
export async function writeEmbedding(
  source: WeightSource,
  writer: ArtefactWriter,
  onRows: (matrix: FusedMatrix, rows: number) => void,
): Promise<void> {
  const { vocabSize, hiddenSize } = source.architecture;
  const embedding = { name: 'embedding', n: vocabSize, k: hiddenSize };
  await forEachRowChunk(source, embedding, async (rows, _firstRow, count) => {
    const plane = quantizePlane(rows, count, hiddenSize, { ...EMBEDDING_FORMAT, zeroPoint: false });
    await writer.appendPlane('embedding', 0, plane);
    onRows(embedding, count);
  });
}
