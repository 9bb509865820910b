import type { BatchShape } from './block-graph.ts';

/** Hidden states of all calibration sequences: f32 [sequences, length, width]. */
export interface TokenStream {
  readonly sequences: number;
  readonly length: number;
  readonly width: number;
  readonly data: Float32Array;
}

export function emptyStream(sequences: number, length: number, width: number): TokenStream {
  return { sequences, length, width, data: new Float32Array(sequences * length * width) };
}

/** Copies the given sequences into one batch, f32 [R, width], newly allocated. */
export function gatherBatch(stream: TokenStream, picks: readonly number[]): Float32Array {
  const size = stream.length * stream.width;
  const batch = new Float32Array(picks.length * size);
  picks.forEach((pick, i) => {
    batch.set(stream.data.subarray(pick * size, (pick + 1) * size), i * size);
  });
  return batch;
}

/** Consecutive sequences, one batch after the other. */
export function* consecutiveBatches(sequences: number, batch: BatchShape): Generator<number[]> {
  for (let first = 0; first < sequences; first += batch.sequences) {
    yield Array.from({ length: batch.sequences }, (_, i) => first + i);
  }
}
