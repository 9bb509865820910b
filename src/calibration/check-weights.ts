import { fusedMatrices, modelVectors, type WeightSource } from '../core/index.ts';

/** Weights read at a time: 32 MB in f32. */
const CHUNK_WEIGHTS = 8 << 20;

/**
 * Reads every weight once. Throws QueptError `invalid_checkpoint` naming file and tensor of one that cannot be read
 * or is not finite, and the signal's reason when it aborts. Memory: one chunk of rows.
 */
export async function checkWeights(source: WeightSource, signal?: AbortSignal): Promise<void> {
  const { architecture } = source;
  const matrices = fusedMatrices(architecture);
  const head = matrices.at(-1)!;
  const all = architecture.tiedEmbedding ? matrices : [...matrices, { ...head, name: 'embedding' }];
  for (const { name, n, k } of all) {
    const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / k));
    for (let row = 0; row < n; row += step) {
      signal?.throwIfAborted();
      await source.readMatrixRows(name, row, Math.min(n, row + step));
    }
  }
  for (const { name } of modelVectors(architecture)) await source.readVector(name);
}
