import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchShape } from '../../../../src/calibration/block-graph.ts';
import type { StageGround } from '../../../../src/calibration/calibrate-model.ts';
import { causalFeeds } from '../../../../src/calibration/causal-feeds.ts';
import { modelStages, readStageWeights } from '../../../../src/calibration/stage-weights.ts';
import { emptyStream, type TokenStream } from '../../../../src/calibration/token-stream.ts';
import { type Checkpoint, openCheckpoint } from '../../../../src/engine/index.ts';
import { seededNormal } from '../../../support/seeded-random.ts';
import { writeTinyCheckpoint } from '../../../support/tiny-checkpoint.ts';

/** A random checkpoint whose `down` rows are longer than a group of scales at 2 bits: 160 weights. */
export interface TinyGround {
  readonly folder: string;
  readonly checkpoint: Checkpoint;
  /** What a learner of block `index` is made from. */
  ground(index: number, batch: BatchShape): Promise<StageGround>;
  remove(): Promise<void>;
}

export async function tinyGround(layers = 3): Promise<TinyGround> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-paper-'));
  const directory = join(folder, 'checkpoint');
  await writeTinyCheckpoint(directory, { sizes: { layers, intermediateSize: 160, contextLength: 64 } });
  const checkpoint = await openCheckpoint(directory);
  const { architecture } = checkpoint;
  return {
    folder,
    checkpoint,
    async ground(index, batch) {
      const stage = modelStages(architecture)[index]!;
      const weights = await readStageWeights(checkpoint, stage, index);
      const shared = causalFeeds(architecture, batch);
      const exact = emptyStream(0, batch.length, architecture.hiddenSize);
      return { stage, index, weights, shared, exact, clock: { runtimeMs: 0 } };
    },
    async remove() {
      await checkpoint.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function randomStream(sequences: number, length: number, width: number, seed: number): TokenStream {
  const data = Float32Array.from({ length: sequences * length * width }, seededNormal(seed));
  return { sequences, length, width, data };
}
