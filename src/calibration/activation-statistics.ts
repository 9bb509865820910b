import { Tensor } from 'onnxruntime-node';
import { cpuSessionOptions } from '../engine/index.ts';
import { uniformAt } from '../numerics/index.ts';
import { abs, GraphBuilder, gatherRows, reduceMean, type Value } from '../onnx/index.ts';
import { type BatchShape, denseProduct } from './block-graph.ts';
import type { StageGround } from './calibrate-model.ts';
import { GraphInputs } from './graph-inputs.ts';
import { stageForward, stageNames } from './stage.ts';
import { stageFeeds } from './stage-feeds.ts';
import { floatsOf, type Results, TimedSession } from './timed-session.ts';
import { consecutiveBatches, gatherBatch, type TokenStream } from './token-stream.ts';

/** What the inputs x of a matrix are like at full precision. */
export interface ActivationStatistics {
  /** mean |x_j| over all tokens, f32 [k]. */
  readonly magnitude: Float32Array;
  /** Some rows of x, drawn evenly over batches and tokens, f32 [rows, k]. */
  readonly sample: Float32Array;
}

const DRAWN_ROWS = 'drawn_rows';

/**
 * Runs a stage at full precision over the whole stream and looks at what goes into its matrices. The same ground
 * and stream give the same statistics.
 *
 * @param sampleRows about how many rows to keep of each input: at least one of every batch, at most all
 * @returns in the stage's matrix order; memory: sampleRows · k f32 each
 */
export async function activationStatistics(
  ground: StageGround,
  stream: TokenStream,
  { batch, threads, sampleRows }: { batch: BatchShape; threads: number; sampleRows: number },
): Promise<ActivationStatistics[]> {
  const { stage, weights, shared, clock } = ground;
  const batches = [...consecutiveBatches(stream.sequences, batch)];
  const batchRows = batch.sequences * batch.length;
  const drawn = Math.min(batchRows, Math.ceil(sampleRows / batches.length));
  const graph = tapGraph(ground, batch, drawn);
  const collected = stage.matrices.map(({ k }) => new Collected(k, batches.length, drawn));
  const session = await TimedSession.create(graph.model, cpuSessionOptions('.', threads), clock);
  try {
    const feeds = stageFeeds(stage, weights, shared);
    for (const [b, picks] of batches.entries()) {
      const results = await session.run({
        ...feeds,
        [stageNames.input]: new Tensor('float32', gatherBatch(stream, picks), [batchRows, stream.width]),
        [DRAWN_ROWS]: new Tensor('int64', drawRows(batchRows, drawn, b), [drawn]),
      });
      graph.taps.forEach((tap, m) => {
        collected[m]!.add(results, tap, b);
      });
    }
  } finally {
    await session.release();
  }
  return collected.map((each) => each.statistics());
}

interface Tap {
  /** mean |x_j| over the batch, f32 [1, k]. */
  readonly magnitude: string;
  /** f32 [drawn, k]. */
  readonly sample: string;
}

/** The stage with an eye on the input of each matrix. The head's logits are not computed. */
function tapGraph(
  { stage }: StageGround,
  batch: BatchShape,
  drawn: number,
): { model: Uint8Array; taps: readonly Tap[] } {
  const inputs = new GraphInputs(new GraphBuilder('taps'));
  const { g } = inputs;
  const indices = g.input(DRAWN_ROWS, 'i64', [drawn]);
  const taps: Tap[] = [];
  const tapped = (x: Value) => {
    const magnitude = reduceMean(g, abs(g, x), [0]);
    const sample = gatherRows(g, x, indices);
    g.output(magnitude);
    g.output(sample);
    taps.push({ magnitude: magnitude.name, sample: sample.name });
  };
  const linears = stage.matrices.map((matrix) => {
    const product = denseProduct(inputs, matrix);
    return (x: Value) => {
      tapped(x);
      return stage.kind === 'head' ? x : product(x);
    };
  });
  stageForward(inputs, stage, batch, linears);
  return { model: g.encode(), taps };
}

/** One row of each of `drawn` equal parts of a batch, at a random place in it. */
function drawRows(batchRows: number, drawn: number, batch: number): BigInt64Array {
  return BigInt64Array.from({ length: drawn }, (_, i) =>
    BigInt(Math.floor(((i + uniformAt(batch, i)) * batchRows) / drawn)),
  );
}

class Collected {
  readonly #sum: Float64Array;
  readonly #sample: Float32Array;
  readonly #batches: number;

  constructor(k: number, batches: number, drawn: number) {
    this.#sum = new Float64Array(k);
    this.#sample = new Float32Array(batches * drawn * k);
    this.#batches = batches;
  }

  add(results: Results, { magnitude, sample }: Tap, batch: number): void {
    const means = floatsOf(results, magnitude);
    for (let j = 0; j < means.length; j++) this.#sum[j]! += means[j]!;
    const rows = floatsOf(results, sample);
    this.#sample.set(rows, batch * rows.length);
  }

  statistics(): ActivationStatistics {
    return {
      magnitude: Float32Array.from(this.#sum, (sum) => sum / this.#batches),
      sample: this.#sample,
    };
  }
}
