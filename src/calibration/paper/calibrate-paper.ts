import { join, relative, resolve, sep } from 'node:path';
import type { WeightSource } from '../../core/index.ts';
import { checkOutput, publish } from '../../quant/index.ts';
import { workDirectory } from '../calibrate-checkpoint.ts';
import { type CalibrationTiming, calibrateModel } from '../calibrate-model.ts';
import type { CalibrateOptions } from '../calibrate-options.ts';
import { CheckpointStore } from '../checkpoint-store.ts';
import { modelStages } from '../stage-weights.ts';
import { type PaperBlock, PaperLearner, type PaperLearnerOptions } from './paper-learner.ts';
import { PAPER_LEARNING_RATES } from './paper-preset.ts';
import type { PaperScheme } from './paper-scheme.ts';
import type { SimulationManifest } from './simulation-manifest.ts';
import { writeSimulation } from './write-simulation.ts';

type SharedOptions = Pick<
  CalibrateOptions,
  | 'name'
  | 'clipping'
  | 'mergeTokens'
  | 'sequences'
  | 'epochs'
  | 'batch'
  | 'seed'
  | 'threads'
  | 'resume'
  | 'force'
  | 'provenance'
  | 'onProgress'
  | 'signal'
>;

/** A whole run of the paper's recipe, from checkpoint to simulated quantization. */
export interface PaperOptions extends SharedOptions {
  readonly scheme: PaperScheme;
}

/**
 * Calibrates the blocks of a checkpoint by the paper's own weight-only quantizer, in simulation: what is written
 * are the parameters that were learned, to be judged beside the checkpoint. Embedding and head stay as they are.
 *
 * Interruption, `resume` and the state of `out` are those of `calibrateCheckpoint`.
 *
 * Throws QueptError `invalid_usage` (options, output directory, disk, divergence), `invalid_checkpoint`; the
 * signal's reason when it aborts.
 */
export async function calibratePaper(
  source: WeightSource,
  out: string,
  options: PaperOptions,
): Promise<CalibrationTiming> {
  const { architecture } = source;
  const { scheme, clipping, epochs, seed, threads, onProgress, signal } = options;
  await checkOutput(out, options.force);
  const store = await CheckpointStore.open(workDirectory(out), runDescription(options), options.resume);
  try {
    const batch = { sequences: options.batch, length: options.sequences[0]!.length };
    const learning: PaperLearnerOptions = {
      scheme,
      clipping,
      batch,
      epochs,
      learningRate: PAPER_LEARNING_RATES,
      seed,
      threads,
    };
    const timing = await calibrateModel<PaperBlock>(source, options.sequences, store, {
      stages: modelStages(architecture).filter(({ kind }) => kind === 'block'),
      createLearner: (ground) => new PaperLearner(ground, learning),
      batch,
      epochs,
      mergeTokens: options.mergeTokens,
      threads,
      onProgress: ({ stage, stages, doneSteps, totalSteps }) =>
        onProgress?.({ phase: 'learning', done: doneSteps, total: totalSteps, stage, stages }),
      ...(signal ? { signal } : {}),
    });
    const made = join(store.directory, 'simulation');
    const description = { name: options.name, provenance: describeProvenance(out, options) };
    await writeSimulation(made, architecture, scheme, description, (layer) =>
      store.loadStage<PaperBlock>(layer),
    );
    signal?.throwIfAborted();
    await publish(made, out, options.force);
    await store.remove();
    return timing;
  } catch (error) {
    if (store.doneStages === 0) await store.remove();
    throw error;
  } finally {
    await store.close();
  }
}

/** What makes two runs the same: a store of any other one is not gone on with. */
function runDescription(options: PaperOptions): object {
  const { sourceSha256 } = options.provenance;
  return { format: 2, recipe: 'paper', sourceSha256, scheme: options.scheme, ...learningOptions(options) };
}

function learningOptions({
  clipping,
  mergeTokens,
  sequences,
  epochs,
  batch,
  seed,
  provenance,
}: PaperOptions) {
  return {
    clipping,
    mergeTokens,
    sequences: sequences.length,
    length: sequences[0]!.length,
    epochs,
    batch,
    seed,
    dataSha256: provenance.dataSha256,
  };
}

function describeProvenance(out: string, options: PaperOptions): SimulationManifest['provenance'] {
  const { toolVersion, sourceName, sourceDirectory, sourceSha256, createdAt } = options.provenance;
  return {
    method: 'quept-paper',
    toolVersion,
    sourceName,
    sourcePath: relative(resolve(out), resolve(sourceDirectory)).split(sep).join('/'),
    sourceSha256,
    options: { ...learningOptions(options), learningRates: { ...PAPER_LEARNING_RATES } },
    createdAt: createdAt.toISOString(),
  };
}
