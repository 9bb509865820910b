import type { BatchShape } from './block-graph.ts';
import { shuffled } from './shuffled.ts';

/** Batches of `epochs` passes over all sequences, each in an order of its own that depends on the seed alone. */
export function shuffledBatches(
  sequences: number,
  batch: BatchShape,
  epochs: number,
  seed: number,
): number[][] {
  const perEpoch = Math.floor(sequences / batch.sequences);
  return Array.from({ length: epochs }, (_, epoch) => shuffled(sequences, seed, epoch)).flatMap((order) =>
    Array.from({ length: perEpoch }, (_, b) => order.slice(b * batch.sequences, (b + 1) * batch.sequences)),
  );
}
