import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { PlaneArrays } from '../quant/index.ts';
import { AdamW } from './adamw.ts';
import type { BlockError } from './block-error.ts';
import type { BatchShape } from './block-graph.ts';
import { type ElasticScheme, inputNames } from './elastic-matrix.ts';
import { diverged, finiteLoss } from './finite-loss.ts';
import { packPlane } from './pack-plane.ts';
import type { ParameterKind } from './parameter-set.ts';
import { type MatrixSwitches, precisionGroups, randomMix, switchesOf } from './precision-groups.ts';
import { shuffledBatches } from './shuffled-batches.ts';
import { elasticStageGraph, planesGraph, type Stage, stageNames, trainingGraph } from './stage.ts';
import { streamFeeds } from './stage-feeds.ts';
import type { StageLearner, StageTarget } from './stage-learner.ts';
import { StageParameters } from './stage-parameters.ts';
import type { StageWeights } from './stage-weights.ts';
import { searchedRange } from './starting-planes.ts';
import { type Feeds, floatsOf, type Results, type RuntimeClock, TimedSession } from './timed-session.ts';
import { consecutiveBatches, type TokenStream } from './token-stream.ts';

export interface LearningOptions {
  readonly batch: BatchShape;
  readonly epochs: number;
  readonly learningRate: Readonly<Record<ParameterKind, number>>;
  readonly weightDecay: number;
  readonly error: BlockError;
  readonly seed: number;
  readonly sessionOptions: InferenceSession.SessionOptions;
}

/** What is written of a matrix: its planes, and the segments of its live cascade. */
export interface CalibratedMatrix {
  readonly planes: readonly PlaneArrays[];
  /** a f32 [k, rank], b f32 [rank, n]. */
  readonly cascade: readonly { readonly a: Float32Array; readonly b: Float32Array }[];
}

/** What is written of a stage. */
export interface CalibratedStage {
  /** In the stage's matrix order. */
  readonly matrices: readonly CalibratedMatrix[];
  /** By graph input name. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Calibrates one stage of the plane cascade: learns its parameters, runs its stream, gives its planes. */
export class StageCalibrator implements StageLearner<CalibratedStage> {
  readonly #stage: Stage;
  readonly #scheme: ElasticScheme;
  readonly #zeroPoints: readonly (readonly boolean[])[];
  readonly #options: LearningOptions;
  readonly #parameters: StageParameters;
  readonly #vectors: ReadonlyMap<string, Float32Array>;
  readonly #clock: RuntimeClock;

  /**
   * @param shared feeds every block has: rotary tables and causal mask
   * @param liveA down-projections of the live cascade that are given instead of learned, for a stage of one matrix
   */
  constructor(
    stage: Stage,
    weights: StageWeights,
    scheme: ElasticScheme,
    zeroPoints: readonly (readonly boolean[])[],
    shared: Feeds,
    options: LearningOptions,
    clock: RuntimeClock,
    liveA: readonly Float32Array[] | null = null,
  ) {
    this.#stage = stage;
    this.#scheme = scheme;
    this.#zeroPoints = zeroPoints;
    this.#options = options;
    this.#vectors = weights.vectors;
    this.#clock = clock;
    this.#parameters = new StageParameters(stage, weights, scheme, zeroPoints, shared, options.seed, liveA);
  }

  /** Learns for `epochs` passes over the sequences, then fits the upper planes to what is left for them. */
  async learn(input: TokenStream, target: StageTarget, onStep: (loss: number) => void): Promise<void> {
    const { batch, epochs, learningRate, weightDecay, error, seed } = this.#options;
    const groups = precisionGroups(this.#scheme);
    const { learned } = this.#parameters;
    const names = learned.all.map(({ name }) => name);
    if (names.length === 0 || epochs === 0) return;
    const graph = trainingGraph(this.#stage, batch, this.#scheme, this.#zeroPoints, groups, names, error);
    const batches = shuffledBatches(input.sequences, batch, epochs, seed);
    const optimizer = new AdamW({ learningRate, totalSteps: batches.length, weightDecay });
    const mixAt = (step: number) =>
      groups.map((group, i) =>
        randomMix(this.#scheme, groups, group, this.#stage.matrices.length, seed, step * groups.length + i),
      );
    await this.#withSession(graph.model, async (run) => {
      for (const [step, picks] of batches.entries()) {
        const { data, width } = await target(picks);
        const results = await run({
          ...streamFeeds(input, picks, this.#rows),
          [stageNames.target]: f32(data, [this.#rows, width]),
          ...switchFeeds(mixAt(step)),
        });
        const loss = finiteLoss(results, graph.loss);
        const slopes = [...graph.gradients].map(
          ([name, output]) => [name, floatsOf(results, output)] as const,
        );
        optimizer.update(learned.all, Object.fromEntries(slopes));
        onStep(loss);
      }
    });
    await this.#refitUpperPlanes();
  }

  async forEachOutput(
    input: TokenStream,
    visit: (picks: readonly number[], outputs: readonly Float32Array[]) => void,
  ): Promise<void> {
    const groups = precisionGroups(this.#scheme);
    const graph = elasticStageGraph(this.#stage, this.#options.batch, this.#scheme, this.#zeroPoints, groups);
    const switches = groups.map((group) => this.#stage.matrices.map(() => switchesOf(this.#scheme, group)));
    await this.#withSession(graph.model, async (run) => {
      for (const picks of consecutiveBatches(input.sequences, this.#options.batch)) {
        const results = await run({
          ...streamFeeds(input, picks, this.#rows),
          ...switchFeeds(switches),
        });
        visit(
          picks,
          graph.outputs.map((name) => floatsOf(results, name)),
        );
      }
    });
  }

  /** Planes and cascades as they are now, in the artefact's layout. */
  async outcome(): Promise<CalibratedStage> {
    const graph = planesGraph(this.#stage, this.#scheme, this.#zeroPoints);
    const results = await this.#withSession(graph.model, (run) => run({}));
    const matrices = this.#stage.matrices.map(
      (matrix, m): CalibratedMatrix => ({
        planes: graph.planes[m]!.map((plane, i) =>
          packPlane(
            { ...matrix, bits: this.#scheme.planeBits[i]!, block: this.#scheme.block },
            floatsOf(results, plane.codes),
            floatsOf(results, plane.scales),
            this.#zeroPoints[m]![i]! ? floatsOf(results, plane.zeroPoints) : null,
          ),
        ),
        cascade: this.#scheme.liveRanks.map((_, j) => {
          const b = this.#parameters.learned.get(inputNames.liveB(matrix.name, j));
          const a = this.#parameters.liveA(m, j);
          return { a: a.slice(), b: transposed(b.data, b.shape[0]!, b.shape[1]!) };
        }),
      }),
    );
    // The last step's loss is that of the parameters before it.
    if (!matrices.every(hasFiniteNumbers)) throw diverged();
    return { matrices, vectors: this.#vectors };
  }

  /**
   * Gives every plane above the base the range of least squared error on what learning has left for it to code.
   * Nothing is learned through those planes but their own range (a plane cancels the one below it), and a
   * search finds that better than descent does.
   */
  async #refitUpperPlanes(): Promise<void> {
    const graph = planesGraph(this.#stage, this.#scheme, this.#zeroPoints);
    const { planeBits, block } = this.#scheme;
    await this.#withSession(graph.model, async (run) => {
      for (let i = 1; i < planeBits.length; i++) {
        const results = await run({});
        this.#stage.matrices.forEach(({ n, k }, m) => {
          const target = floatsOf(results, graph.planes[m]![i]!.target);
          const padded = { n, k: Math.ceil(k / block) * block };
          const format = { bits: planeBits[i]!, block, zeroPoint: this.#zeroPoints[m]![i]! };
          this.#parameters.resetRange(m, i, searchedRange(target, padded, format).range);
        });
      }
    });
  }

  get #rows(): number {
    return this.#options.batch.sequences * this.#options.batch.length;
  }

  /** Runs `work` with a session that is fed the stage's parameters beside what is given. */
  async #withSession<T>(
    model: Uint8Array,
    work: (run: (feeds: Feeds) => Promise<Results>) => Promise<T>,
  ): Promise<T> {
    const session = await TimedSession.create(model, this.#options.sessionOptions, this.#clock);
    try {
      return await work((given) => session.run({ ...this.#parameters.feeds(), ...given }));
    } finally {
      await session.release();
    }
  }
}

function hasFiniteNumbers({ planes, cascade }: CalibratedMatrix): boolean {
  const floats = [...planes.map(({ scales }) => scales), ...cascade.flatMap(({ a, b }) => [a, b])];
  return floats.every((values) => values.every(Number.isFinite));
}

function switchFeeds(groups: readonly (readonly MatrixSwitches[])[]): Feeds {
  const feeds: Record<string, Tensor> = {};
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

/** f32 [rows, columns] to newly allocated [columns, rows]. */
function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = x[r * columns + c]!;
  return out;
}

function f32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}
