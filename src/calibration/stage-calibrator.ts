import { InferenceSession, Tensor } from 'onnxruntime-node';
import { packCodes, uniformAt } from '../numerics/index.ts';
import { type PlaneArrays, planeRow } from '../quant/index.ts';
import { AdamW } from './adamw.ts';
import type { BatchShape } from './block-graph.ts';
import { type ElasticScheme, inputNames } from './elastic-matrix.ts';
import { ParameterSet } from './parameter-set.ts';
import { type MatrixSwitches, precisionGroups, randomMix, switchesOf } from './precision-groups.ts';
import { elasticStageGraph, planesGraph, type Stage, stageNames, trainingGraph } from './stage.ts';
import type { StageWeights } from './stage-weights.ts';
import { type PlaneRange, startingRanges } from './starting-planes.ts';
import { consecutiveBatches, gatherBatch, type TokenStream } from './token-stream.ts';

export interface LearningOptions {
  readonly batch: BatchShape;
  readonly epochs: number;
  readonly learningRate: { readonly clipping: number; readonly cascade: number };
  readonly weightDecay: number;
  readonly seed: number;
  readonly sessionOptions: InferenceSession.SessionOptions;
}

/** What is written of a matrix: its planes, and the segments of its live cascade. */
export interface CalibratedMatrix {
  readonly planes: readonly PlaneArrays[];
  /** a f32 [k, rank], b f32 [rank, n]. */
  readonly cascade: readonly { readonly a: Float32Array; readonly b: Float32Array }[];
}

/** Time spent, milliseconds. */
export interface StageTiming {
  runtimeMs: number;
  totalMs: number;
}

type Feeds = Record<string, Tensor>;

/** Calibrates one stage: learns its parameters, runs its stream, gives its planes. */
export class StageCalibrator {
  readonly timing: StageTiming = { runtimeMs: 0, totalMs: 0 };
  readonly #stage: Stage;
  readonly #scheme: ElasticScheme;
  readonly #zeroPoints: readonly (readonly boolean[])[];
  readonly #options: LearningOptions;
  readonly #parameters = new ParameterSet();
  readonly #fixed: Feeds;

  /** @param shared feeds every stage has: rotary tables and causal mask */
  constructor(
    stage: Stage,
    weights: StageWeights,
    scheme: ElasticScheme,
    zeroPoints: readonly (readonly boolean[])[],
    shared: Feeds,
    options: LearningOptions,
  ) {
    this.#stage = stage;
    this.#scheme = scheme;
    this.#zeroPoints = zeroPoints;
    this.#options = options;
    this.#fixed = { ...(stage.kind === 'block' ? shared : {}) };
    for (const [name, vector] of weights.vectors) this.#fixed[name] = f32(vector, [vector.length]);
    stage.matrices.forEach((matrix, m) => {
      this.#fixed[inputNames.weights(matrix.name)] = f32(weights.matrices[m]!, [matrix.n, matrix.k]);
      this.#addRanges(m, startingRanges(weights.matrices[m]!, matrix, scheme, zeroPoints[m]!));
      this.#addCascades(m);
    });
  }

  /**
   * Learns for `epochs` passes over the sequences. `onStep` is told the loss of every step.
   *
   * @param input quantized stream; @param target full-precision output of the stage
   */
  async learn(input: TokenStream, target: TokenStream, onStep: (loss: number) => void): Promise<void> {
    const { batch, epochs, learningRate, weightDecay, seed } = this.#options;
    const groups = precisionGroups(this.#scheme);
    const names = this.#parameters.all.map(({ name }) => name);
    if (names.length === 0 || epochs === 0) return;
    const graph = trainingGraph(this.#stage, batch, this.#scheme, this.#zeroPoints, groups, names);
    const session = await InferenceSession.create(graph.model, this.#options.sessionOptions);
    const stepsPerEpoch = Math.floor(input.sequences / batch.sequences);
    const optimizer = new AdamW({ learningRate, totalSteps: epochs * stepsPerEpoch, weightDecay });
    let draw = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffled(input.sequences, seed, epoch);
      for (let step = 0; step < stepsPerEpoch; step++) {
        const started = performance.now();
        const picks = order.slice(step * batch.sequences, (step + 1) * batch.sequences);
        const mixes = groups.map((group) => {
          const mix = randomMix(this.#scheme, groups, group, this.#stage.matrices.length, seed, draw);
          draw += 2 * this.#stage.matrices.length;
          return mix;
        });
        const results = await this.#run(session, {
          ...this.#batchFeeds(input, picks),
          [stageNames.target]: f32(gatherBatch(target, picks), [this.#rows, target.width]),
          ...this.#parameters.feeds(),
          ...switchFeeds(mixes),
        });
        const slopes = Object.fromEntries(
          [...graph.gradients].map(([name, output]) => [name, results[output]!.data as Float32Array]),
        );
        optimizer.update(this.#parameters.all, slopes);
        this.timing.totalMs += performance.now() - started;
        const loss = (results[graph.loss]!.data as Float32Array)[0]!;
        if (!Number.isFinite(loss)) throw new Error('calibration diverged: the loss is not finite');
        onStep(loss);
      }
    }
    await session.release();
  }

  /** The stage's output at each group's precision, handed over batch by batch: f32 [R, width] per group. */
  async forEachOutput(
    input: TokenStream,
    visit: (picks: readonly number[], outputs: readonly Float32Array[]) => void,
  ): Promise<void> {
    const groups = precisionGroups(this.#scheme);
    const graph = elasticStageGraph(this.#stage, this.#options.batch, this.#scheme, this.#zeroPoints, groups);
    const session = await InferenceSession.create(graph.model, this.#options.sessionOptions);
    const switches = groups.map((group) => this.#stage.matrices.map(() => switchesOf(this.#scheme, group)));
    for (const picks of consecutiveBatches(input.sequences, this.#options.batch)) {
      const results = await this.#run(session, {
        ...this.#batchFeeds(input, picks),
        ...this.#parameters.feeds(),
        ...switchFeeds(switches),
      });
      visit(
        picks,
        graph.outputs.map((name) => results[name]!.data as Float32Array),
      );
    }
    await session.release();
  }

  /** Planes and cascades as they are now, in the artefact's layout. */
  async result(): Promise<CalibratedMatrix[]> {
    const graph = planesGraph(this.#stage, this.#scheme, this.#zeroPoints);
    const session = await InferenceSession.create(graph.model, this.#options.sessionOptions);
    const needed = Object.fromEntries(
      Object.entries({ ...this.#fixed, ...this.#parameters.feeds() }).filter(([name]) =>
        session.inputNames.includes(name),
      ),
    );
    const results = await session.run(needed);
    await session.release();
    const data = (name: string) => results[name]!.data as Float32Array;
    return this.#stage.matrices.map((matrix, m) => ({
      planes: graph.planes[m]!.map((plane, i) =>
        packPlane(
          { ...matrix, bits: this.#scheme.planeBits[i]!, block: this.#scheme.block },
          data(plane.codes),
          data(plane.scales),
          this.#zeroPoints[m]![i]! ? data(plane.zeroPoints) : null,
        ),
      ),
      cascade: this.#scheme.liveRanks.map((_, j) => {
        const b = this.#parameters.get(inputNames.liveB(matrix.name, j));
        const a = this.#parameters.get(inputNames.liveA(matrix.name, j)).data;
        return { a: a.slice(), b: transposed(b.data, b.shape[0]!, b.shape[1]!) };
      }),
    }));
  }

  get #rows(): number {
    return this.#options.batch.sequences * this.#options.batch.length;
  }

  #batchFeeds(input: TokenStream, picks: readonly number[]): Feeds {
    return { ...this.#fixed, [stageNames.input]: f32(gatherBatch(input, picks), [this.#rows, input.width]) };
  }

  async #run(session: InferenceSession, feeds: Feeds): Promise<InferenceSession.OnnxValueMapType> {
    const started = performance.now();
    const results = await session.run(feeds);
    this.timing.runtimeMs += performance.now() - started;
    return results;
  }

  #addRanges(m: number, ranges: readonly PlaneRange[]): void {
    const { name, n, k } = this.#stage.matrices[m]!;
    const shape = [n, Math.ceil(k / this.#scheme.block), 1];
    ranges.forEach(({ low, high }, i) => {
      this.#fixed[inputNames.high(name, i)] = f32(high, shape);
      if (low) this.#fixed[inputNames.low(name, i)] = f32(low, shape);
      if (!this.#scheme.clipping) return;
      this.#parameters.add(inputNames.clipHigh(name, i), 'clipping', shape, new Float32Array(high.length));
      if (low)
        this.#parameters.add(inputNames.clipLow(name, i), 'clipping', shape, new Float32Array(low.length));
    });
  }

  /** A Xavier-uniform, B zero: the cascade starts as nothing. */
  #addCascades(m: number): void {
    const { name, n, k } = this.#stage.matrices[m]!;
    const { fusedRanks, liveRanks } = this.#scheme;
    const add = (a: string, b: string, rank: number, stream: number) => {
      const reach = Math.sqrt(6 / (k + rank));
      const seed = this.#options.seed + 1000 * (m + 1) + stream;
      const start = Float32Array.from({ length: k * rank }, (_, i) => reach * (2 * uniformAt(seed, i) - 1));
      this.#parameters.add(a, 'cascade', [k, rank], start);
      this.#parameters.add(b, 'cascade', [n, rank], new Float32Array(n * rank));
    };
    if (fusedRanks[0]! > 0) add(inputNames.fusedA(name), inputNames.fusedB(name), fusedRanks[0]!, 0);
    liveRanks.forEach((rank, j) => {
      add(inputNames.liveA(name, j), inputNames.liveB(name, j), rank - (liveRanks[j - 1] ?? 0), j + 1);
    });
  }
}

function switchFeeds(groups: readonly (readonly MatrixSwitches[])[]): Feeds {
  const feeds: Feeds = {};
  groups.forEach((matrices, group) => {
    matrices.forEach(({ planes, live }, m) => {
      planes.forEach((on, i) => {
        feeds[stageNames.planeSwitch(group, m, i + 1)] = f32(Float32Array.of(on), [1]);
      });
      live.forEach((on, j) => {
        feeds[stageNames.liveSwitch(group, m, j)] = f32(Float32Array.of(on), [1]);
      });
    });
  });
  return feeds;
}

/** Whole-number codes f32 [n, blocks, block] to the packed layout of an artefact. */
function packPlane(
  { n, k, bits, block }: { n: number; k: number; bits: PlaneArrays['bits']; block: number },
  codes: Float32Array,
  scales: Float32Array,
  zeros: Float32Array | null,
): PlaneArrays {
  const { blocks, codeBytes, zeroPointBytes } = planeRow(k, { bits, block });
  const packed = new Uint8Array(n * codeBytes);
  const packedZeros = zeros && new Uint8Array(n * zeroPointBytes);
  for (let row = 0; row < n; row++) {
    const from = row * blocks * block;
    packCodes(Uint8Array.from(codes.subarray(from, from + blocks * block)), bits, packed, row * codeBytes);
    if (!zeros || !packedZeros) continue;
    const rowZeros = Uint8Array.from(zeros.subarray(row * blocks, (row + 1) * blocks));
    packCodes(rowZeros, bits, packedZeros, row * zeroPointBytes);
  }
  return { bits, block, codes: packed, scales: scales.slice(), zeroPoints: packedZeros };
}

/** f32 [rows, columns] to newly allocated [columns, rows]. */
function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = x[r * columns + c]!;
  return out;
}

/** A permutation of 0..count−1 that depends on seed and epoch alone. */
function shuffled(count: number, seed: number, epoch: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniformAt(seed + 7919 * (epoch + 1), i) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function f32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}
