import type { TokenStream } from './token-stream.ts';

/** Full-precision output of a stage for some sequences, f32 [R, width]. */
export type StageTarget = (
  picks: readonly number[],
) => Promise<{ readonly data: Float32Array; readonly width: number }>;

/** What learns one stage of a model; `Outcome` is what it has to say about the stage in the end. */
export interface StageLearner<Outcome> {
  /**
   * Learns on the quantized stream `input`, aimed at `target`. `onStep` is told the loss of every step; what it
   * throws ends the learning.
   */
  learn(input: TokenStream, target: StageTarget, onStep: (loss: number) => void): Promise<void>;
  /** The stage's output at each group's precision, lowest first, batch by batch: f32 [R, width] per group. */
  forEachOutput(
    input: TokenStream,
    visit: (picks: readonly number[], outputs: readonly Float32Array[]) => void,
  ): Promise<void>;
  /** Serialisable: it is kept on disk until the model is complete. */
  outcome(): Promise<Outcome>;
}
