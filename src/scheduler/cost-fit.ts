import { median, nonNegativeLeastSquares } from '../numerics/index.ts';
import type { CostSample } from './cost-model.ts';
import { type CostWeights, stepFeatures, weighStep } from './linear-cost.ts';

/** The weights of one phase and how firmly its samples hold them. */
export interface PhaseFit {
  /** Per rung. */
  readonly weights: readonly CostWeights[];
  /** The shape that the rungs have in common. */
  readonly pooled: CostWeights;
  /** Per rung, [n, n] row-major: the mean of f fᵀ / ms² over its samples, or over all where it has none. */
  readonly grams: readonly Float64Array[];
}

/** Error, as ln of measured over predicted, at which a measurement counts half. */
const DOUBTFUL = 0.15;
/** Reweighting converges geometrically; these rounds leave less than a measurement can tell. */
const ROUNDS = 8;
/** Weight of what a fit leans on, beside 1 for all its samples: it settles what they leave open and little else. */
const LEAN = 1e-4;

/** ω(e) = 1 / (1 + (e/c)²) with e = ln(measured / predicted): Cauchy's weight. 0 where 0 was predicted. */
export function trust(predictedMs: number, measuredMs: number): number {
  const error = Math.log(measuredMs / predictedMs) / DOUBTFUL;
  return 1 / (1 + error * error);
}

/**
 * Fits one phase: per rung, minimises Σ ω ((w·f − ms) / ms)² over w >= 0, where ω discounts outliers. A rung leans, as
 * far as its own samples leave a choice, on the shape of all rungs together scaled to its level, and that on `guess`.
 * Rungs without samples lie on the line between their neighbours.
 *
 * @param samples of one phase, at least one, with ms > 0 and rungs below `rungs`
 * @param guess weights up to a factor
 */
export function fitPhase(rungs: number, samples: readonly CostSample[], guess: CostWeights): PhaseFit {
  const spread = meanGram(samples, guess.length);
  const pooled = fitWeights(samples, guess, spread);
  const own = Array.from({ length: rungs }, (_, rung) => samples.filter(({ shape }) => shape.rung === rung));
  return {
    weights: interpolated(own.map((list) => (list.length === 0 ? null : fitWeights(list, pooled, spread)))),
    pooled,
    grams: own.map((list) => (list.length === 0 ? spread : meanGram(list, guess.length))),
  };
}

/** @param spread the diagonal of this matrix gives the scales in which weights are compared with `shape`'s */
function fitWeights(samples: readonly CostSample[], shape: CostWeights, spread: Float64Array): CostWeights {
  const n = shape.length;
  const leaning = scaledTo(samples, shape);
  let weights: CostWeights = leaning;
  for (let round = 0; round < ROUNDS; round++) {
    // In the first round all count alike: the level that leaning starts from may be far off.
    const trusts = samples.map(({ shape: step, ms }) =>
      round === 0 ? 1 : trust(weighStep(weights, step), ms),
    );
    const gram = meanGram(samples, n, trusts);
    const moment = meanMoment(samples, n, trusts);
    leaning.forEach((weight, i) => {
      const lean = LEAN * (spread[i * n + i] ?? 0);
      gram[i * n + i] = (gram[i * n + i] ?? 0) + lean;
      moment[i] = (moment[i] ?? 0) + lean * weight;
    });
    weights = [...nonNegativeLeastSquares(gram, moment)];
  }
  return weights;
}

/** `shape` times the median ratio of the samples to it; 0 where it says nothing of any. */
function scaledTo(samples: readonly CostSample[], shape: CostWeights): CostWeights {
  const ratios = samples
    .map((sample) => sample.ms / weighStep(shape, sample.shape))
    .filter((ratio) => Number.isFinite(ratio));
  const factor = ratios.length === 0 ? 0 : median(ratios);
  return shape.map((weight) => weight * factor);
}

/** Σ ω f fᵀ / ms² / count, [n, n] row-major. */
function meanGram(samples: readonly CostSample[], n: number, trusts?: readonly number[]): Float64Array {
  const gram = new Float64Array(n * n);
  samples.forEach(({ shape, ms }, k) => {
    addOuter(gram, stepFeatures(shape), (trusts?.[k] ?? 1) / (ms * ms * samples.length));
  });
  return gram;
}

/** Σ ω f / ms / count, [n]. */
function meanMoment(samples: readonly CostSample[], n: number, trusts: readonly number[]): Float64Array {
  const moment = new Float64Array(n);
  samples.forEach(({ shape, ms }, k) => {
    const weight = (trusts[k] ?? 1) / (ms * samples.length);
    stepFeatures(shape).forEach((feature, i) => {
      moment[i] = (moment[i] ?? 0) + weight * feature;
    });
  });
  return moment;
}

/** G ← G + weight · f fᵀ. */
export function addOuter(gram: Float64Array, features: readonly number[], weight: number): void {
  const n = features.length;
  features.forEach((a, i) => {
    features.forEach((b, j) => {
      gram[i * n + j] = (gram[i * n + j] ?? 0) + weight * a * b;
    });
  });
}

/** Fills the gaps: linear between the nearest known entries, level beyond the outermost ones. */
function interpolated(known: readonly (CostWeights | null)[]): CostWeights[] {
  return known.map((weights, rung) => {
    if (weights !== null) return weights;
    const below = known.findLastIndex((entry, i) => i < rung && entry !== null);
    const above = known.findIndex((entry, i) => i > rung && entry !== null);
    const low = known[below] ?? known[above] ?? [];
    const high = known[above] ?? low;
    const share = below < 0 || above < 0 ? 0 : (rung - below) / (above - below);
    return low.map((weight, i) => weight + share * ((high[i] ?? weight) - weight));
  });
}
