import { Tensor } from 'onnxruntime-node';
import type { ModelArchitecture, WeightSource } from '../core/index.ts';
import { cpuSessionOptions, rotaryTables } from '../engine/index.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { DenseStage } from './dense-stage.ts';
import type { ElasticScheme } from './elastic-matrix.ts';
import { fuseFeatures } from './fuse-features.ts';
import type { Stage } from './stage.ts';
import { type CalibratedMatrix, type LearningOptions, StageCalibrator } from './stage-calibrator.ts';
import { modelStages, readStageWeights, type StageWeights } from './stage-weights.ts';
import { emptyStream, gatherBatch, type TokenStream } from './token-stream.ts';

export interface CalibrationOptions extends Omit<LearningOptions, 'sessionOptions'> {
  readonly scheme: ElasticScheme;
  /** Per fused matrix in canonical order, per plane. */
  readonly zeroPoints: readonly (readonly boolean[])[];
  /** MB-ToMe between stages; without it the next stage reads the highest precision's stream. */
  readonly mergeTokens: boolean;
  readonly threads: number;
  readonly onProgress?: (progress: CalibrationProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CalibrationProgress {
  readonly stage: number;
  readonly stages: number;
  /** Steps of all stages. */
  readonly doneSteps: number;
  readonly totalSteps: number;
  readonly loss: number;
}

export interface CalibrationTiming {
  /** Share of learning time spent inside ONNX Runtime. */
  readonly runtimeShare: number;
  readonly totalMs: number;
}

/**
 * QuEPT's block-wise joint calibration with the quantizer replaced by the plane cascade: stage by stage, each
 * fed the quantized stream and aimed at its own output on the full-precision stream.
 *
 * Memory: one stage and three streams, f32 [sequences, length, hiddenSize]. After each stage its planes and the
 * streams go to `store`; a run that is begun again with the same store goes on from there, bit for bit.
 *
 * @param sequences token ids, all of `batch.length`; their number is a multiple of `batch.sequences`
 */
export async function calibrateModel(
  source: WeightSource,
  sequences: readonly Int32Array[],
  store: CheckpointStore,
  options: CalibrationOptions,
): Promise<CalibrationTiming> {
  const { architecture } = source;
  const stages = modelStages(architecture);
  const stepsPerStage = options.epochs * Math.floor(sequences.length / options.batch.sequences);
  const state = await store.loadState();
  const first = state?.doneStages ?? 0;
  const size = [sequences.length, options.batch.length, architecture.hiddenSize] as const;
  let exact = emptyStream(...size);
  let quantized = emptyStream(...size);
  if (state) {
    exact.data.set(state.exact);
    quantized.data.set(state.quantized);
  } else {
    await embedSequences(source, sequences, exact);
    quantized.data.set(exact.data);
  }

  const timing = { runtimeMs: 0, totalMs: 0 };
  for (let index = first; index < stages.length; index++) {
    options.signal?.throwIfAborted();
    const stage = stages[index]!;
    const weights = await readStageWeights(source, stage, index);
    const dense = await DenseStage.open(stage, weights, sharedFeeds(stage, options), options);
    let done = index * stepsPerStage;
    const onStep = (loss: number) => {
      options.signal?.throwIfAborted();
      done++;
      const totalSteps = stages.length * stepsPerStage;
      options.onProgress?.({ stage: index, stages: stages.length, doneSteps: done, totalSteps, loss });
    };
    const calibrator = createCalibrator(stage, index, weights, options);
    try {
      // Of the head, whose output is as wide as the vocabulary, no whole stream is ever held.
      const target = stage.kind === 'block' ? await dense.runAll(exact) : null;
      const targetOf = async (picks: readonly number[]) =>
        target
          ? { data: gatherBatch(target, picks), width: target.width }
          : { data: await dense.run(exact, picks), width: dense.width };
      await calibrator.learn(quantized, targetOf, onStep);
      if (target) exact = target;
    } finally {
      await dense.close();
    }
    if (stage.kind === 'block') quantized = await nextQuantized(calibrator, quantized, options.mergeTokens);
    const state = { doneStages: index + 1, exact: exact.data, quantized: quantized.data };
    await store.saveStage(index, await calibrator.result(), state);
    timing.runtimeMs += calibrator.timing.runtimeMs;
    timing.totalMs += calibrator.timing.totalMs;
  }
  return {
    runtimeShare: timing.totalMs === 0 ? 1 : timing.runtimeMs / timing.totalMs,
    totalMs: timing.totalMs,
  };
}

/** Calibrated matrices of the whole model, in canonical order. */
export async function* calibratedMatrices(
  architecture: ModelArchitecture,
  store: CheckpointStore,
): AsyncGenerator<CalibratedMatrix> {
  for (let index = 0; index <= architecture.layers; index++) yield* await store.loadStage(index);
}

async function embedSequences(
  source: WeightSource,
  sequences: readonly Int32Array[],
  stream: TokenStream,
): Promise<void> {
  const rows = new Map<number, Float32Array>();
  let at = 0;
  for (const sequence of sequences) {
    for (const token of sequence) {
      let row = rows.get(token);
      if (!row) {
        row = await source.readMatrixRows('embedding', token, token + 1);
        rows.set(token, row);
      }
      stream.data.set(row, at);
      at += stream.width;
    }
  }
}

function createCalibrator(
  stage: Stage,
  index: number,
  weights: StageWeights,
  options: CalibrationOptions,
): StageCalibrator {
  const first = index * 4;
  const zeroPoints = options.zeroPoints.slice(first, first + stage.matrices.length);
  return new StageCalibrator(
    stage,
    weights,
    stageScheme(stage, options.scheme),
    zeroPoints,
    sharedFeeds(stage, options),
    {
      ...options,
      seed: options.seed + 100_003 * index,
      sessionOptions: cpuSessionOptions('.', options.threads),
    },
  );
}

/**
 * All planes of a tied head together are the embedding, which must stay what it was: there the highest depth
 * sees no fused cascade.
 */
function stageScheme({ kind, architecture }: Stage, scheme: ElasticScheme): ElasticScheme {
  if (kind === 'block' || !architecture.tiedEmbedding) return scheme;
  const last = scheme.fusedRanks.length - 1;
  return { ...scheme, fusedRanks: scheme.fusedRanks.map((rank, depth) => (depth === last ? 0 : rank)) };
}

async function nextQuantized(
  calibrator: StageCalibrator,
  input: TokenStream,
  mergeTokens: boolean,
): Promise<TokenStream> {
  const output = emptyStream(input.sequences, input.length, input.width);
  await calibrator.forEachOutput(input, (picks, features) => {
    const next = mergeTokens ? fuseFeatures(features, picks.length * input.length) : features.at(-1)!;
    output.data.set(next, picks[0]! * input.length * input.width);
  });
  return output;
}

/** Rotary tables and causal mask, the same for every block. */
function sharedFeeds(
  { architecture }: Stage,
  { batch: { length } }: CalibrationOptions,
): Record<string, Tensor> {
  const { cos, sin } = rotaryTables(architecture.rope, architecture.headDim, length);
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(-1e30, row * length + row + 1, (row + 1) * length);
  const half = architecture.headDim / 2;
  return {
    rotary_cos: f32(cos, [length, half]),
    rotary_sin: f32(sin, [length, half]),
    causal_mask: f32(mask, [length, length]),
  };
}

function f32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}
