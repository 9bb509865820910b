import type { StageGround } from './calibrate-model.ts';
import { DenseStage } from './dense-stage.ts';
import type { ElasticScheme } from './elastic-matrix.ts';
import { HeadNormalizer } from './head-normalizer.ts';
import { joinRows } from './join-rows.ts';
import type { Stage } from './stage.ts';
import {
  type CalibratedMatrix,
  type CalibratedStage,
  type LearningOptions,
  StageCalibrator,
} from './stage-calibrator.ts';
import type { StageLearner, StageTarget } from './stage-learner.ts';
import type { StageWeights } from './stage-weights.ts';
import type { TokenStream } from './token-stream.ts';

/** Rows of the head that are calibrated at a time. */
export interface HeadSlice {
  readonly stage: Stage;
  readonly weights: StageWeights;
}

/**
 * Calibrates a head that is larger than a block slice by slice, so that the vocabulary does not decide about
 * memory. A slice is aimed at the same KL as the whole head would be, with all logits outside of it gathered into
 * one: KL over [logits of the slice, log Σ exp of the others at full precision].
 *
 * All slices share the down-projections of the live cascade: the first learns them, the others take them over.
 */
export class SlicedHead implements StageLearner<CalibratedStage> {
  readonly #ground: StageGround;
  readonly #slices: readonly HeadSlice[];
  readonly #scheme: ElasticScheme;
  readonly #zeroPoints: readonly (readonly boolean[])[];
  readonly #options: LearningOptions & { readonly threads: number };
  readonly #done: CalibratedMatrix[] = [];

  /** @param mostWeights of a slice */
  constructor(
    ground: StageGround,
    scheme: ElasticScheme,
    zeroPoints: readonly (readonly boolean[])[],
    mostWeights: number,
    options: LearningOptions & { readonly threads: number },
  ) {
    this.#ground = ground;
    this.#slices = headSlices(ground, mostWeights);
    this.#scheme = scheme;
    this.#zeroPoints = zeroPoints;
    this.#options = options;
  }

  /** `onStep` is called once for as many steps as there are slices, so that the head counts as any stage. */
  async learn(input: TokenStream, _target: StageTarget, onStep: (loss: number) => void): Promise<void> {
    const { exact, clock } = this.#ground;
    const normalizers = {
      exact: await HeadNormalizer.measure(this.#slices, exact, this.#options, clock),
      quantized: await HeadNormalizer.measure(this.#slices, input, this.#options, clock),
    };
    let steps = 0;
    const onSliceStep = (loss: number) => {
      if (++steps % this.#slices.length === 0) onStep(loss);
    };
    for (const [s, slice] of this.#slices.entries()) {
      const seen = { ...exact, rest: normalizers.exact.outside(s) };
      const read = { ...input, rest: normalizers.quantized.outside(s) };
      this.#done.push(await this.#calibrateSlice(slice, seen, read, s, onSliceStep));
    }
  }

  forEachOutput(): Promise<void> {
    throw new Error('nothing reads the stream behind the head');
  }

  async outcome(): Promise<CalibratedStage> {
    const rows = this.#slices.map(({ stage }) => stage.matrices[0]!.n);
    return { matrices: [joinRows(this.#done, rows)], vectors: this.#ground.weights.vectors };
  }

  async #calibrateSlice(
    { stage, weights }: HeadSlice,
    exact: TokenStream,
    quantized: TokenStream,
    s: number,
    onStep: (loss: number) => void,
  ): Promise<CalibratedMatrix> {
    const { clock } = this.#ground;
    const dense = await DenseStage.open(stage, weights, {}, this.#options, clock);
    try {
      const liveA = this.#done[0]?.cascade.map(({ a }) => a) ?? null;
      const options = { ...this.#options, seed: this.#options.seed + 10_007 * s };
      const args = [stage, weights, this.#scheme, this.#zeroPoints, {}, options, clock, liveA] as const;
      const calibrator = new StageCalibrator(...args);
      const target = async (picks: readonly number[]) => ({
        data: await dense.run(exact, picks),
        width: dense.width,
      });
      await calibrator.learn(quantized, target, onStep);
      return (await calibrator.outcome()).matrices[0]!;
    } finally {
      await dense.close();
    }
  }
}

/** The head's rows in slices of nearly equal size. Their weights lie over the head's own memory. */
export function headSlices({ stage, weights }: StageGround, mostWeights: number): HeadSlice[] {
  const { name, n, k } = stage.matrices[0]!;
  const count = Math.ceil((n * k) / mostWeights);
  return Array.from({ length: count }, (_, s) => {
    const from = Math.floor((s * n) / count);
    const to = Math.floor(((s + 1) * n) / count);
    return {
      stage: { ...stage, matrices: [{ name, n: to - from, k }], isSlice: true },
      weights: { ...weights, matrices: [weights.matrices[0]!.subarray(from * k, to * k)] },
    };
  });
}
