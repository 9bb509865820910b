import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CalibrateOptions } from '../../../src/calibration/index.ts';
import type { WeightSource } from '../../../src/core/index.ts';
import { checkpointFingerprint, openCheckpoint } from '../../../src/engine/index.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import { type TinyCheckpointOptions, writeTinyCheckpoint } from '../../support/tiny-checkpoint.ts';

/** A checkpoint that is calibrated within a fraction of a second, in a folder of its own. */
export interface TinyCalibration {
  readonly folder: string;
  readonly checkpoint: string;
  readonly source: WeightSource;
  /** A whole run's options: planes [4, 4], two epochs over eight sequences of 12 tokens. */
  options(overrides?: Partial<CalibrateOptions>): CalibrateOptions;
  remove(): Promise<void>;
}

export const TINY_SIZES = {
  hiddenSize: 32,
  intermediateSize: 40,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  vocabSize: 70,
  contextLength: 32,
} as const;

export async function tinyCalibration(options: TinyCheckpointOptions = {}): Promise<TinyCalibration> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-calibration-'));
  const checkpoint = join(folder, 'checkpoint');
  await writeTinyCheckpoint(checkpoint, { ...options, sizes: { ...TINY_SIZES, ...options.sizes } });
  const source = await openCheckpoint(checkpoint);
  const sourceSha256 = await checkpointFingerprint(checkpoint);
  const { vocabSize } = source.architecture;
  return {
    folder,
    checkpoint,
    source,
    options: (overrides = {}) => ({
      name: 'tiny',
      planes: [4, 4],
      block: 16,
      zeroPoints: 'auto',
      fusedRanks: (overrides.planes ?? [4, 4]).map((_, depth) => (depth === 0 ? 8 : 0)),
      liveRanks: [4],
      clipping: true,
      mergeTokens: true,
      smooth: false,
      sequences: randomSequences(8, 12, vocabSize, 1),
      judged: randomSequences(1, 12, vocabSize, 2),
      epochs: 2,
      batch: 4,
      seed: 1,
      threads: 2,
      resume: false,
      force: false,
      tokenizerFiles: [],
      generation: { endTokenIds: [2], maxTokens: null, sampling: {} },
      provenance: {
        toolVersion: 'test',
        sourceName: 'tiny',
        sourceDirectory: checkpoint,
        sourceSha256,
        dataSha256: 'd'.repeat(64),
        createdAt: new Date(0),
      },
      ...overrides,
    }),
    remove: async () => {
      await source.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function randomSequences(
  count: number,
  length: number,
  vocabSize: number,
  seed: number,
): Int32Array[] {
  const uniform = seededUniform(seed);
  return Array.from({ length: count }, () =>
    Int32Array.from({ length }, () => Math.floor(uniform() * vocabSize)),
  );
}
