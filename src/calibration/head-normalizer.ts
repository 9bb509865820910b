import { cpuSessionOptions } from '../engine/index.ts';
import { add, exp, GraphBuilder, log, reduceMax, reduceSum, sub } from '../onnx/index.ts';
import { type BatchShape, denseProduct } from './block-graph.ts';
import { GraphInputs } from './graph-inputs.ts';
import { type Stage, stageForward } from './stage.ts';
import { stageFeeds, streamFeeds } from './stage-feeds.ts';
import type { StageWeights } from './stage-weights.ts';
import { floatsOf, type RuntimeClock, TimedSession } from './timed-session.ts';
import { consecutiveBatches, type TokenStream } from './token-stream.ts';

interface Slice {
  readonly stage: Stage;
  readonly weights: StageWeights;
}

/** How much of the softmax each slice of a head takes at full precision, for every token of a stream. */
export class HeadNormalizer {
  /** log Σ exp of each slice's logits, f32 [sequences, length] each. */
  readonly #ofSlice: readonly Float32Array[];

  private constructor(ofSlice: readonly Float32Array[]) {
    this.#ofSlice = ofSlice;
  }

  /** Memory: one slice's logits of one batch, and a number per token and slice. */
  static async measure(
    slices: readonly Slice[],
    stream: TokenStream,
    { batch, threads }: { readonly batch: BatchShape; readonly threads: number },
    clock: RuntimeClock,
  ): Promise<HeadNormalizer> {
    const ofSlice: Float32Array[] = [];
    for (const { stage, weights } of slices) {
      const { model, output } = normalizerGraph(stage, batch);
      const feeds = stageFeeds(stage, weights, {});
      const sums = new Float32Array(stream.sequences * stream.length);
      const session = await TimedSession.create(model, cpuSessionOptions('.', threads), clock);
      try {
        for (const picks of consecutiveBatches(stream.sequences, batch)) {
          const rows = picks.length * stream.length;
          const results = await session.run({ ...feeds, ...streamFeeds(stream, picks, rows) });
          sums.set(floatsOf(results, output), picks[0]! * stream.length);
        }
      } finally {
        await session.release();
      }
      ofSlice.push(sums);
    }
    return new HeadNormalizer(ofSlice);
  }

  /** log Σ exp of all logits outside of slice `s`, newly allocated f32 [sequences, length]. */
  outside(s: number): Float32Array {
    const others = this.#ofSlice.filter((_, slice) => slice !== s);
    return Float32Array.from(others[0]!, (_, token) => {
      const most = others.reduce(
        (largest, each) => Math.max(largest, each[token]!),
        Number.NEGATIVE_INFINITY,
      );
      return most + Math.log(others.reduce((sum, each) => sum + Math.exp(each[token]! - most), 0));
    });
  }
}

/** log Σ exp over a slice's logits: f32 [R, 1]. */
function normalizerGraph(stage: Stage, batch: BatchShape): { model: Uint8Array; output: string } {
  const inputs = new GraphInputs(new GraphBuilder('normalizer'));
  const { g } = inputs;
  const linears = stage.matrices.map((matrix) => denseProduct(inputs, matrix));
  const logits = stageForward(inputs, { ...stage, isSlice: false }, batch, linears);
  const most = reduceMax(g, logits, [1]);
  const sum = add(g, log(g, reduceSum(g, exp(g, sub(g, logits, most)), [1])), most);
  g.output(sum);
  return { model: g.encode(), output: sum.name };
}
