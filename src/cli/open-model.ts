import { resolve } from 'node:path';
import { defaultThreads } from '../config/index.ts';
import { type ModelRunner, type PrecisionConfig, QueptError, type WeightSource } from '../core/index.ts';
import {
  artefactEmbedding,
  artefactWeights,
  checkpointFingerprint,
  type DeviceRunnerOptions,
  denseWeights,
  loadTokenizer,
  openCheckpoint,
  openDeviceRunner,
  openRunner,
  type RunnerOptions,
  type Tokenizer,
} from '../engine/index.ts';
import { type Artefact, openArtefact } from '../quant/index.ts';

/** An artefact in this process: for commands that need no server. */
export interface LocalModel {
  readonly artefact: Artefact;
  readonly runner: ModelRunner;
  readonly tokenizer: Tokenizer;
  close(): Promise<void>;
}

/**
 * Opens and verifies the artefact in `directory`, on the processor unless `options` name another device. Throws
 * QueptError `invalid_artefact`, and `invalid_config` for a device that cannot be had.
 */
export async function openLocalModel(directory: string, options: DeviceRunnerOptions): Promise<LocalModel> {
  const artefact = await openArtefact(directory, { verify: true });
  try {
    const tokenizer = await loadTokenizer(directory, 'invalid_artefact');
    const { runner } = await openDeviceRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
      threads: defaultThreads(),
      device: 'cpu',
      ...options,
    });
    const close = async () => {
      await runner.close();
      await artefact.close();
    };
    return { artefact, runner, tokenizer, close };
  } catch (error) {
    await artefact.close();
    throw error;
  }
}

/** A full-precision model in this process. */
export interface ReferenceModel {
  readonly runner: ModelRunner;
  close(): Promise<void>;
}

/** The one precision of a full-precision model: it has no gates to set. */
export const FULL_PRECISION: PrecisionConfig = {
  id: 'float',
  averageBits: 32,
  planes: [],
  ranks: [],
  predictedKl: null,
  msPerToken: null,
};

/** Runs a checkpoint unquantized. Takes over `source` and closes it. */
export async function openReferenceModel(
  source: WeightSource,
  options: RunnerOptions,
): Promise<ReferenceModel> {
  const dense = await denseWeights(source).finally(() => source.close());
  try {
    const runner = await openRunner(dense.weights, dense.embedding, {
      threads: defaultThreads(),
      ...options,
    });
    const close = async () => {
      await runner.close();
      await dense.dispose();
    };
    return { runner, close };
  } catch (error) {
    await dense.dispose();
    throw error;
  }
}

/**
 * Full precision to judge an artefact by: the checkpoint in `directory`, or else the one the artefact was made
 * from, or null where that is gone. Throws QueptError `invalid_usage` when the vocabularies differ.
 */
export async function openReference(
  artefact: Artefact,
  directory: string | undefined,
): Promise<ReferenceModel | null> {
  const source = directory ? await openCheckpoint(directory) : await findSourceCheckpoint(artefact);
  if (source === null) return null;
  const wanted = artefact.manifest.architecture.vocabSize;
  const { vocabSize } = source.architecture;
  if (vocabSize !== wanted) {
    await source.close();
    throw new QueptError(
      'invalid_usage',
      `--reference: its vocabulary has ${vocabSize} entries, the artefact's ${wanted}. Name the checkpoint the artefact was made from.`,
    );
  }
  return openReferenceModel(source, { slots: 1 });
}

/**
 * The checkpoint an artefact was made from, where its provenance says it lies and if it is still the same;
 * null otherwise.
 */
async function findSourceCheckpoint(artefact: Artefact): Promise<WeightSource | null> {
  const { sourcePath, sourceSha256 } = artefact.manifest.provenance;
  if (sourcePath === null || sourceSha256 === null) return null;
  const directory = resolve(artefact.directory, sourcePath);
  try {
    if ((await checkpointFingerprint(directory)) !== sourceSha256) return null;
    return await openCheckpoint(directory);
  } catch {
    return null;
  }
}
