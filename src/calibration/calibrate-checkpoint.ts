import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fusedMatrices, type PrecisionConfig, type WeightSource } from '../core/index.ts';
import { artefactEmbedding, artefactWeights, denseWeights, openRunner } from '../engine/index.ts';
import {
  type ArtefactLayout,
  type ArtefactManifest,
  ArtefactWriter,
  cascadeName,
  checkOutput,
  checkQuantization,
  chooseZeroPoints,
  explainDiskFault,
  openArtefact,
  planLadder,
  publish,
  replaceLadder,
  writeEmbedding,
} from '../quant/index.ts';
import { type CalibrationTiming, calibrateModel } from './calibrate-model.ts';
import type { CalibrateOptions } from './calibrate-options.ts';
import { LEARNING_RATES } from './calibration-preset.ts';
import { checkWeights } from './check-weights.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { measureLadder } from './measure-ladder.ts';
import { createPlaneLearner, type PlaneLearnerOptions } from './plane-learner.ts';
import { smoothStage } from './smooth-stage.ts';
import type { Stage } from './stage.ts';
import type { CalibratedStage } from './stage-calibrator.ts';
import { modelMatrixName, modelStages, modelVectorName } from './stage-weights.ts';

/** Where a run keeps what it has done so far: beside its output, hidden, and never loadable. */
export function workDirectory(out: string): string {
  const full = resolve(out);
  return join(dirname(full), `.${basename(full)}.calibration`);
}

/**
 * Calibrates a checkpoint and puts the artefact in place, its ladder measured. Everything is made in a work
 * directory beside `out`; when the run is interrupted or fails after its first stage, that stays for a run with
 * `resume`, which then ends in the same weights, bit for bit. `out` is as before or complete at any time.
 *
 * Throws QueptError: `invalid_usage` (options, output directory, disk, divergence), `invalid_checkpoint`; the
 * signal's reason when it aborts.
 */
export async function calibrateCheckpoint(
  source: WeightSource,
  out: string,
  options: CalibrateOptions,
): Promise<{ timing: CalibrationTiming; costUnit: 'ms' | 'bytes' }> {
  const { architecture } = source;
  const { planes, block, liveRanks, fusedRanks } = options;
  const matrices = fusedMatrices(architecture);
  const quantization = checkQuantization(planes, block, liveRanks, matrices);
  await checkOutput(out, options.force);
  const store = await CheckpointStore.open(workDirectory(out), runDescription(options), options.resume);
  const made = join(store.directory, 'artefact');
  try {
    // A damaged weight of the last layer should not cost the hours of those before it.
    if (store.doneStages === 0) await checkWeights(source, options.signal);
    const zeroPoints: boolean[][] = [];
    for (const matrix of matrices) {
      options.signal?.throwIfAborted();
      zeroPoints.push(await chooseZeroPoints(source, matrix, quantization, options.zeroPoints));
    }
    const learning: PlaneLearnerOptions = {
      scheme: { planeBits: quantization.planes, block, fusedRanks, liveRanks, clipping: options.clipping },
      zeroPoints,
      batch: { sequences: options.batch, length: options.sequences[0]!.length },
      epochs: options.epochs,
      learningRate: LEARNING_RATES,
      weightDecay: 0,
      error: 'squared',
      seed: options.seed,
      threads: options.threads,
    };
    const timing = await calibrateModel<CalibratedStage>(source, options.sequences, store, {
      ...learning,
      stages: modelStages(architecture),
      createLearner: (ground) => createPlaneLearner(ground, learning),
      ...(options.smooth ? { prepare: async (ground) => (await smoothStage(ground, learning)).weights } : {}),
      mergeTokens: options.mergeTokens,
      onProgress: ({ stage, stages, doneSteps, totalSteps }) =>
        options.onProgress?.({ phase: 'learning', done: doneSteps, total: totalSteps, stage, stages }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await writeArtefact(source, store, made, out, { architecture, quantization, zeroPoints }, options);
    const costUnit = await giveLadder(source, made, options, store.aftermath);
    options.signal?.throwIfAborted();
    await publish(made, out, options.force);
    await store.remove();
    return { timing, costUnit };
  } catch (error) {
    // Without its measured ladder it is not what was asked for.
    await rm(made, { recursive: true, force: true });
    if (store.doneStages === 0) await store.remove();
    throw error;
  } finally {
    await store.close();
  }
}

/** What makes two runs the same: a store of any other one is not gone on with. */
function runDescription(options: CalibrateOptions): object {
  const { planes, block, zeroPoints, fusedRanks, liveRanks, clipping, mergeTokens } = options;
  const { smooth, epochs, batch, seed } = options;
  const { sourceSha256, dataSha256 } = options.provenance;
  const text = { sequences: options.sequences.length, length: options.sequences[0]!.length, dataSha256 };
  // The same text is other tokens to another tokenizer.
  const tokens = createHash('sha256');
  for (const sequence of options.sequences) tokens.update(sequence);
  const learning = { fusedRanks, liveRanks, clipping, mergeTokens, smooth, epochs, batch, seed };
  const tokensSha256 = tokens.digest('hex');
  return { format: 3, sourceSha256, planes, block, zeroPoints, ...learning, ...text, tokensSha256 };
}

async function writeArtefact(
  source: WeightSource,
  store: CheckpointStore,
  directory: string,
  out: string,
  layout: ArtefactLayout,
  options: CalibrateOptions,
): Promise<ArtefactManifest> {
  const { architecture, quantization } = layout;
  const matrices = fusedMatrices(architecture);
  const writer = await ArtefactWriter.create(directory, layout, true, store.aftermath);
  try {
    for (const [index, stage] of modelStages(architecture).entries()) {
      await writeStage(writer, stage, index, await store.loadStage<CalibratedStage>(index));
    }
    if (!architecture.tiedEmbedding) await writeEmbedding(source, writer, () => {});
  } catch (error) {
    await writer.abort();
    throw explainDiskFault(error, out, store.aftermath);
  }
  // Until it is measured: the runner below needs no ladder, but an artefact is not one without.
  const costs = matrices.map(() => quantization.planes.map((_, d) => quantization.planes.length - 1 - d));
  const choices = { matrices, planeBits: quantization.planes, costs };
  return await writer.finish(
    {
      name: options.name,
      sensitivity: { metric: 'kl', costs },
      ladder: planLadder(choices, quantization.cascadeRanks),
      generation: options.generation,
      provenance: describeProvenance(out, options),
    },
    options.tokenizerFiles,
  );
}

async function writeStage(
  writer: ArtefactWriter,
  stage: Stage,
  index: number,
  { matrices, vectors }: CalibratedStage,
): Promise<void> {
  for (const [input, vector] of vectors) await writer.append(modelVectorName(stage, index, input), vector);
  for (const [m, { planes, cascade }] of matrices.entries()) {
    const name = modelMatrixName(stage, index, m);
    for (const [i, plane] of planes.entries()) await writer.appendPlane(name, i, plane);
    for (const [j, { a, b }] of cascade.entries()) {
      await writer.append(`${cascadeName(name, j)}.a`, a);
      await writer.append(`${cascadeName(name, j)}.b`, b);
    }
  }
}

async function giveLadder(
  source: WeightSource,
  directory: string,
  options: CalibrateOptions,
  aftermath: string,
): Promise<'ms' | 'bytes'> {
  const artefact = await openArtefact(directory, { verify: false });
  const dense = await denseWeights(source).catch(async (error: unknown) => {
    await artefact.close();
    throw error;
  });
  const running = { slots: 1, threads: options.threads };
  const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), running);
  const full = await openRunner(dense.weights, dense.embedding, running);
  try {
    const measured = await measureLadder({
      runner,
      matrices: fusedMatrices(source.architecture),
      quantization: artefact.manifest.quantization,
      reference: { runner: full, precision: FULL },
      windows: options.judged,
      onProgress: (done, total) => options.onProgress?.({ phase: 'ladder', done, total }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await replaceLadder(directory, measured, aftermath);
    return measured.costUnit;
  } finally {
    await runner.close();
    await full.close();
    await artefact.close();
    await dense.dispose();
  }
}

/** The one precision of a full-precision model: it has no gates to set. */
const FULL: PrecisionConfig = {
  id: 'float',
  averageBits: 32,
  planes: [],
  ranks: [],
  predictedKl: null,
  msPerToken: null,
};

function describeProvenance(out: string, options: CalibrateOptions): ArtefactManifest['provenance'] {
  const { toolVersion, sourceName, sourceDirectory, sourceSha256, createdAt, dataSha256 } =
    options.provenance;
  return {
    method: 'quept',
    toolVersion,
    sourceName,
    sourcePath: relative(resolve(out), resolve(sourceDirectory)).split(sep).join('/'),
    sourceSha256,
    options: {
      planes: [...options.planes],
      block: options.block,
      zeroPoints: options.zeroPoints,
      fusedRanks: [...options.fusedRanks],
      cascadeRanks: [...options.liveRanks],
      clipping: options.clipping,
      mergeTokens: options.mergeTokens,
      smooth: options.smooth,
      sequences: options.sequences.length,
      length: options.sequences[0]!.length,
      epochs: options.epochs,
      seed: options.seed,
      dataSha256,
    },
    createdAt: createdAt.toISOString(),
  };
}
