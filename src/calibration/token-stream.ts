import type { BatchShape } from './block-graph.ts';

/** Hidden states of all calibration sequences: f32 [sequences, length, width]. */
export interface TokenStream {
  readonly sequences: number;
  readonly length: number;
  readonly width: number;
  readonly data: Float32Array;
  /** Into a slice of the head: log Σ exp of the logits outside of it, f32 [sequences, length]. */
  readonly rest?: Float32Array;
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

/** `rest` of the given sequences, f32 [R, 1], newly allocated; null where the stream has none. */
export function gatherRest({ rest, length }: TokenStream, picks: readonly number[]): Float32Array | null {
  if (rest === undefined) return null;
  return gatherBatch({ sequences: rest.length / length, length, width: 1, data: rest }, picks);
}

/** Consecutive sequences, one batch after the other. */
export function* consecutiveBatches(sequences: number, batch: BatchShape): Generator<number[]> {
  for (let first = 0; first < sequences; first += batch.sequences) {
    yield Array.from({ length: batch.sequences }, (_, i) => first + i);
  }
}
