import { cpuSessionOptions } from '../engine/index.ts';
import type { BatchShape } from './block-graph.ts';
import { denseStageGraph, type Stage, stageWidth } from './stage.ts';
import { stageFeeds, streamFeeds } from './stage-feeds.ts';
import type { StageWeights } from './stage-weights.ts';
import { type Feeds, floatsOf, type RuntimeClock, TimedSession } from './timed-session.ts';
import { consecutiveBatches, emptyStream, type TokenStream } from './token-stream.ts';

/** A stage at full precision: what its quantized self is aimed at. Close it after use. */
export class DenseStage {
  /** Of its output. */
  readonly width: number;
  readonly #session: TimedSession;
  readonly #feeds: Feeds;
  readonly #output: string;
  readonly #batch: BatchShape;

  private constructor(width: number, session: TimedSession, feeds: Feeds, output: string, batch: BatchShape) {
    this.width = width;
    this.#session = session;
    this.#feeds = feeds;
    this.#output = output;
    this.#batch = batch;
  }

  /** @param shared feeds every block has: rotary tables and causal mask */
  static async open(
    stage: Stage,
    weights: StageWeights,
    shared: Feeds,
    { batch, threads }: { readonly batch: BatchShape; readonly threads: number },
    clock: RuntimeClock,
  ): Promise<DenseStage> {
    const { model, output } = denseStageGraph(stage, batch);
    const feeds = stageFeeds(stage, weights, shared);
    const session = await TimedSession.create(model, cpuSessionOptions('.', threads), clock);
    return new DenseStage(stageWidth(stage), session, feeds, output, batch);
  }

  /** Output for one batch of sequences, f32 [R, width], newly allocated. */
  async run(input: TokenStream, picks: readonly number[]): Promise<Float32Array> {
    const rows = this.#batch.sequences * this.#batch.length;
    const results = await this.#session.run({ ...this.#feeds, ...streamFeeds(input, picks, rows) });
    return floatsOf(results, this.#output);
  }

  /** Output for all sequences. */
  async runAll(input: TokenStream): Promise<TokenStream> {
    const output = emptyStream(input.sequences, input.length, this.width);
    for (const picks of consecutiveBatches(input.sequences, this.#batch)) {
      output.data.set(await this.run(input, picks), picks[0]! * input.length * this.width);
    }
    return output;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
