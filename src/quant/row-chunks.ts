import type { FusedMatrix, WeightSource } from '../core/index.ts';

/** f32 weights held at once: 8 MB, so that a run stays responsive to its abort signal and small in memory. */
const CHUNK_WEIGHTS = 1 << 21;

/**
 * Reads a matrix from first row to last in chunks and awaits `visit` for each, which may change the rows.
 *
 * @param visit rows f32 `[count, k]`, the first of them row `firstRow` of the matrix
 */
export async function forEachRowChunk(
  source: WeightSource,
  { name, n, k }: FusedMatrix,
  visit: (rows: Float32Array, firstRow: number, count: number) => Promise<void>,
): Promise<void> {
  const chunkRows = Math.max(1, Math.floor(CHUNK_WEIGHTS / k));
  for (let from = 0; from < n; from += chunkRows) {
    const to = Math.min(n, from + chunkRows);
    await visit(await source.readMatrixRows(name, from, to), from, to - from);
  }
}
