import { Tensor } from 'onnxruntime-node';
import { cpuSessionOptions } from '../../engine/index.ts';
import { uniformAt } from '../../numerics/index.ts';
import { AdamW } from '../adamw.ts';
import type { BatchShape } from '../block-graph.ts';
import type { StageGround } from '../calibrate-model.ts';
import { finiteLoss } from '../finite-loss.ts';
import type { ParameterKind } from '../parameter-set.ts';
import { shuffledBatches } from '../shuffled-batches.ts';
import { stageNames } from '../stage.ts';
import type { StageLearner, StageTarget } from '../stage-learner.ts';
import { type Feeds, floatsOf, TimedSession } from '../timed-session.ts';
import { consecutiveBatches, gatherBatch, type TokenStream } from '../token-stream.ts';
import { PaperParameters } from './paper-parameters.ts';
import type { PaperScheme } from './paper-scheme.ts';
import { graphKey, paperForwardGraph, paperTrainingGraph } from './paper-stage-graph.ts';

export interface PaperLearnerOptions {
  readonly scheme: PaperScheme;
  /** Whether α and β learn. */
  readonly clipping: boolean;
  readonly batch: BatchShape;
  readonly epochs: number;
  readonly learningRate: Readonly<Record<ParameterKind, number>>;
  readonly seed: number;
  readonly threads: number;
}

/** What is learned of a block: f32 by the names of `paperNames`. */
export type PaperBlock = ReadonlyMap<string, Float32Array>;

/** Apart from the seeds of the widths that are drawn while learning. */
const STREAM_SEED = 50_021;

/** Learns one block of the paper's weight-only quantizer: cascade and clipping, jointly over the width groups. */
export class PaperLearner implements StageLearner<PaperBlock> {
  readonly #ground: StageGround;
  readonly #options: PaperLearnerOptions;
  readonly #parameters: PaperParameters;
  readonly #seed: number;

  constructor(ground: StageGround, options: PaperLearnerOptions) {
    this.#ground = ground;
    this.#options = options;
    this.#seed = options.seed + 100_003 * ground.index;
    const { stage, weights, shared } = ground;
    this.#parameters = new PaperParameters(stage, weights, options.scheme, shared, this.#seed);
  }

  async learn(input: TokenStream, target: StageTarget, onStep: (loss: number) => void): Promise<void> {
    const { scheme, clipping, batch, epochs, learningRate } = this.#options;
    if (!clipping && scheme[0]!.rank === 0) return;
    const { stage } = this.#ground;
    const batches = shuffledBatches(input.sequences, batch, epochs, this.#seed);
    const optimizer = new AdamW({ learningRate, totalSteps: batches.length, weightDecay: 0 });
    const build = (widths: readonly number[]) => paperTrainingGraph(stage, batch, scheme, widths, clipping);
    await this.#withSessions(build, async (open) => {
      for (const [step, picks] of batches.entries()) {
        const widths = this.#drawWidths(this.#seed, step);
        const { graph, session } = await open(widths);
        const { data, width } = await target(picks);
        const results = await session.run({
          ...this.#feeds(input, picks, widths),
          [stageNames.target]: new Tensor('float32', data, [this.#rows, width]),
        });
        const loss = finiteLoss(results, graph.loss);
        const parameterOf = this.#parameters.behind(widths);
        const slopes = [...graph.gradients].map(
          ([name, output]) => [parameterOf.get(name)!, floatsOf(results, output)] as const,
        );
        optimizer.update(
          slopes.map(([name]) => this.#parameters.learned.get(name)),
          Object.fromEntries(slopes),
        );
        onStep(loss);
      }
    });
  }

  /** One width of each group, drawn anew for each batch. */
  async forEachOutput(
    input: TokenStream,
    visit: (picks: readonly number[], outputs: readonly Float32Array[]) => void,
  ): Promise<void> {
    const { scheme, batch } = this.#options;
    const build = (widths: readonly number[]) => paperForwardGraph(this.#ground.stage, batch, scheme, widths);
    await this.#withSessions(build, async (open) => {
      for (const picks of consecutiveBatches(input.sequences, batch)) {
        const widths = this.#drawWidths(this.#seed + STREAM_SEED, picks[0]!);
        const { graph, session } = await open(widths);
        const results = await session.run(this.#feeds(input, picks, widths));
        visit(
          picks,
          graph.outputs.map((name) => floatsOf(results, name)),
        );
      }
    });
  }

  async outcome(): Promise<PaperBlock> {
    return new Map(this.#parameters.learned.all.map(({ name, data }) => [name, data]));
  }

  get #rows(): number {
    return this.#options.batch.sequences * this.#options.batch.length;
  }

  #drawWidths(seed: number, draw: number): number[] {
    const { scheme } = this.#options;
    return scheme.map(({ widths }, group) => {
      const at = Math.floor(uniformAt(seed, draw * scheme.length + group) * widths.length);
      return widths[at]!;
    });
  }

  #feeds(input: TokenStream, picks: readonly number[], widths: readonly number[]): Feeds {
    const stream = new Tensor('float32', gatherBatch(input, picks), [this.#rows, input.width]);
    return { ...this.#parameters.feeds(widths), [stageNames.input]: stream };
  }

  /**
   * Runs `work` with sessions by the widths they shall run. Widths whose graphs are alike share one, so there are
   * several only where a group's widths differ in what shares a scale.
   */
  async #withSessions<Graph extends { readonly model: Uint8Array }>(
    build: (widths: readonly number[]) => Graph,
    work: (
      open: (widths: readonly number[]) => Promise<{ graph: Graph; session: TimedSession }>,
    ) => Promise<void>,
  ): Promise<void> {
    const opened = new Map<string, { graph: Graph; session: TimedSession }>();
    const options = cpuSessionOptions('.', this.#options.threads);
    try {
      await work(async (widths) => {
        const key = graphKey(this.#ground.stage, widths);
        let found = opened.get(key);
        if (!found) {
          const graph = build(widths);
          found = { graph, session: await TimedSession.create(graph.model, options, this.#ground.clock) };
          opened.set(key, found);
        }
        return found;
      });
    } finally {
      for (const { session } of opened.values()) await session.release();
    }
  }
}
