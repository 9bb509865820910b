import { QueptError, type WeightSource } from '../core/index.ts';
import type { BatchShape } from './block-graph.ts';
import { causalFeeds } from './causal-feeds.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { DenseStage } from './dense-stage.ts';
import { fuseFeatures } from './fuse-features.ts';
import type { Stage } from './stage.ts';
import type { StageLearner } from './stage-learner.ts';
import type { StageWeights } from './stage-weights.ts';
import { readStageWeights } from './stage-weights.ts';
import type { Feeds, RuntimeClock } from './timed-session.ts';
import { emptyStream, gatherBatch, type TokenStream } from './token-stream.ts';

/** What a learner is made from. */
export interface StageGround {
  readonly stage: Stage;
  readonly index: number;
  readonly weights: StageWeights;
  /** Feeds every block has: rotary tables and causal mask. */
  readonly shared: Feeds;
  /** The full-precision stream into the stage. */
  readonly exact: TokenStream;
  readonly clock: RuntimeClock;
}

export interface CalibrationOptions<Outcome> {
  /** What is calibrated, in the order of the model. */
  readonly stages: readonly Stage[];
  readonly createLearner: (ground: StageGround) => StageLearner<Outcome>;
  /** Puts other weights of the same function in the place of a stage's own. */
  readonly prepare?: (ground: StageGround) => Promise<StageWeights>;
  readonly batch: BatchShape;
  readonly epochs: number;
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
  /** Share of the time spent inside ONNX Runtime. */
  readonly runtimeShare: number;
  readonly totalMs: number;
  /** Of each stage that this run has calibrated; a resumed run leaves out those before. */
  readonly stageMs: readonly number[];
}

/**
 * QuEPT's block-wise joint calibration: stage by stage, each fed the quantized stream and aimed at its own
 * output on the full-precision stream.
 *
 * Memory: one stage and three streams, f32 [sequences, length, hiddenSize]. After each stage its outcome and the
 * streams go to `store`; a run that is begun again with the same store goes on from there, bit for bit.
 *
 * @param sequences token ids, all of `batch.length`; their number is a multiple of `batch.sequences`
 */
export async function calibrateModel<Outcome>(
  source: WeightSource,
  sequences: readonly Int32Array[],
  store: CheckpointStore,
  options: CalibrationOptions<Outcome>,
): Promise<CalibrationTiming> {
  const { stages, batch } = options;
  const begun = performance.now();
  const clock: RuntimeClock = { runtimeMs: 0 };
  const shared = causalFeeds(source.architecture, batch);
  const state = await store.loadState();
  let streams = state
    ? restoredStreams(state, sequences.length, batch, source.architecture.hiddenSize)
    : await embeddedStreams(source, sequences, batch);
  const stageMs: number[] = [];
  for (let index = state?.doneStages ?? 0; index < stages.length; index++) {
    options.signal?.throwIfAborted();
    const stageBegun = performance.now();
    const stage = stages[index]!;
    const weights = await readStageWeights(source, stage, index);
    const read: StageGround = { stage, index, weights, shared, exact: streams.exact, clock };
    const ground = { ...read, weights: (await options.prepare?.(read)) ?? weights };
    const learner = options.createLearner(ground);
    streams = await calibrateStage(learner, ground, streams.quantized, options);
    const { exact, quantized } = streams;
    await store.saveStage(index, await learner.outcome(), {
      doneStages: index + 1,
      exact: exact.data,
      quantized: quantized.data,
    });
    stageMs.push(performance.now() - stageBegun);
  }
  const totalMs = performance.now() - begun;
  return { runtimeShare: clock.runtimeMs / totalMs, totalMs, stageMs };
}

interface Streams {
  readonly exact: TokenStream;
  readonly quantized: TokenStream;
}

/** Lets the stage learn; returns the streams behind it (behind the head: those before it). */
async function calibrateStage<Outcome>(
  learner: StageLearner<Outcome>,
  { stage, index, weights, shared, exact, clock }: StageGround,
  quantized: TokenStream,
  options: CalibrationOptions<Outcome>,
): Promise<Streams> {
  const dense = await DenseStage.open(stage, weights, shared, options, clock);
  try {
    // Of the head, whose output is as wide as the vocabulary, no whole stream is ever held.
    const target = stage.kind === 'block' ? await dense.runAll(exact) : null;
    const targetOf = async (picks: readonly number[]) =>
      target
        ? { data: gatherBatch(target, picks), width: target.width }
        : { data: await dense.run(exact, picks), width: dense.width };
    await learner.learn(quantized, targetOf, stepCounter(index, exact.sequences, options));
    if (target === null) return { exact, quantized };
    return { exact: target, quantized: await nextQuantized(learner, quantized, options.mergeTokens) };
  } finally {
    await dense.close();
  }
}

function stepCounter<Outcome>(
  stage: number,
  sequences: number,
  { stages, epochs, batch, onProgress, signal }: CalibrationOptions<Outcome>,
): (loss: number) => void {
  const stepsPerStage = epochs * Math.floor(sequences / batch.sequences);
  let doneSteps = stage * stepsPerStage;
  return (loss) => {
    signal?.throwIfAborted();
    doneSteps++;
    const totalSteps = stages.length * stepsPerStage;
    onProgress?.({ stage, stages: stages.length, doneSteps, totalSteps, loss });
  };
}

async function nextQuantized(
  learner: StageLearner<unknown>,
  input: TokenStream,
  mergeTokens: boolean,
): Promise<TokenStream> {
  const output = emptyStream(input.sequences, input.length, input.width);
  await learner.forEachOutput(input, (picks, features) => {
    const next = mergeTokens ? fuseFeatures(features, picks.length * input.length) : features.at(-1)!;
    output.data.set(next, picks[0]! * input.length * input.width);
  });
  return output;
}

function restoredStreams(
  state: { readonly exact: Float32Array; readonly quantized: Float32Array },
  sequences: number,
  { length }: BatchShape,
  width: number,
): Streams {
  const stream = (data: Float32Array): TokenStream => ({ sequences, length, width, data });
  return { exact: stream(state.exact), quantized: stream(state.quantized) };
}

/** What the first stage reads: embeddings, which are not quantized. */
async function embeddedStreams(
  source: WeightSource,
  sequences: readonly Int32Array[],
  { length }: BatchShape,
): Promise<Streams> {
  const { hiddenSize, vocabSize } = source.architecture;
  const exact = emptyStream(sequences.length, length, hiddenSize);
  const rows = new Map<number, Float32Array>();
  let at = 0;
  for (const sequence of sequences) {
    for (const token of sequence) {
      let row = rows.get(token);
      if (!row) {
        if (token >= vocabSize) throw unknownToken(token, vocabSize);
        row = await source.readMatrixRows('embedding', token, token + 1);
        rows.set(token, row);
      }
      exact.data.set(row, at);
      at += exact.width;
    }
  }
  return { exact, quantized: { ...exact, data: exact.data.slice() } };
}

function unknownToken(token: number, vocabSize: number): QueptError {
  return new QueptError(
    'invalid_checkpoint',
    `tokenizer.json: the text has token ${token}, but config.json gives the model ${vocabSize} tokens. Fetch the files of one model.`,
  );
}
