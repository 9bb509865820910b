import { addOuterProduct, median, nonNegativeLeastSquares } from '../numerics/index.ts';
import type { CostSample } from './cost-model.ts';
import { type CostWeights, RUNG_FEATURES, stepFeatures, weighStep } from './linear-cost.ts';

/** The weights of one phase and how firmly its samples hold them. */
export interface PhaseFit {
  /** Per rung. */
  readonly weights: readonly CostWeights[];
  /** What the rungs have in common: weights up to a factor. */
  readonly pooled: CostWeights;
  /** Per rung, [n, n] row-major: the mean of f fᵀ / ms² over its samples; 0 where it has none. */
  readonly grams: readonly Float64Array[];
}

/** A sample among the unknowns of a fit. */
interface Equation {
  readonly features: readonly number[];
  readonly ms: number;
}

/** An error, as ln of measured over predicted, at which a measurement counts half. */
export const DOUBTFUL = 0.15;
/** An error, as above, against the common shape, beyond which a sample is left out: a factor of two. */
const DISTURBED = Math.LN2;
/** Reweighting converges geometrically; these rounds leave less than a measurement can tell. */
const ROUNDS = 8;
const SHAPE_ROUNDS = 4;
/** By how much of itself a weight is expected to differ from what it leans on, and by how much of a step's time. */
const EXPECTED_DIFFERENCE = { ofWeight: 0.2, ofStep: 0.02 };
/** Least scatter of a fit, so that something settles what the samples leave open. */
const LEAST_SIGMA = 1e-3;
/** Standard deviation of normal errors in units of their median size. */
const SIGMA_PER_MEDIAN = 1.4826;

/** ω(e) = 1 / (1 + (e/c)²), Cauchy's weight, for an error e = ln(measured / predicted); 0 where 0 was predicted. */
export function trust(error: number, doubtful: number): number {
  return 1 / (1 + (error / doubtful) ** 2);
}

/**
 * Fits one phase: minimises Σ ω ((w·f − ms) / ms)² over w >= 0, where ω discounts outliers, with weights of its own for
 * every rung that has samples and one weight for all rungs of what no rung changes. A rung leans on the shape of all
 * rungs together scaled to its level, and that on `guess`: the more, the more the samples scatter, and hardly where
 * they agree. Rungs without samples lie on the line between their neighbours.
 *
 * @param samples of one phase, at least one, with ms > 0 and rungs below `rungs`
 * @param guess weights up to a factor
 */
export function fitPhase(rungs: number, samples: readonly CostSample[], guess: CostWeights): PhaseFit {
  const own = Array.from({ length: rungs }, (_, rung) => samples.filter(({ shape }) => shape.rung === rung));
  const pooled = commonShape(own, guess);
  const grams = own.map((list) => meanGram(toEquations(list), guess.length));
  return { weights: fitRungs(own, pooled), pooled, grams };
}

/** Weights w such that a step takes about level · w·f, with a level for each rung: both in turn, from the guess on. */
function commonShape(own: readonly (readonly CostSample[])[], guess: CostWeights): CostWeights {
  let shape = guess;
  for (let round = 0; round < SHAPE_ROUNDS; round++) {
    const levelled = own.flatMap((list) => {
      const level = levelOf(list, shape);
      return level > 0 ? list.map((sample) => ({ ...sample, ms: sample.ms / level })) : list;
    });
    shape = reweighted(toEquations(levelled), shape, LEAST_SIGMA);
  }
  return shape;
}

/** Unknowns: the shared weights, then those of each rung that has samples. */
function fitRungs(own: readonly (readonly CostSample[])[], pooled: CostWeights): CostWeights[] {
  const shared = pooled.length - RUNG_FEATURES;
  const sampled = own.flatMap((list, rung) => (list.length === 0 ? [] : [rung]));
  const placeOf = new Map(sampled.map((rung, i) => [rung, shared + i * RUNG_FEATURES]));
  const levels = own.map((list) => scaledTo(list, pooled));
  const leaning = [
    ...scaledTo(own.flat(), pooled).slice(RUNG_FEATURES),
    ...sampled.flatMap((rung) => levels[rung]?.slice(0, RUNG_FEATURES) ?? []),
  ];
  const equations = own
    .flatMap((list, rung) => list.filter((sample) => !isDisturbed(sample, levels[rung] ?? [])))
    .map(({ shape, ms }) => {
      const features = leaning.map(() => 0);
      const place = placeOf.get(shape.rung) ?? 0;
      stepFeatures(shape).forEach((feature, i) => {
        features[i < RUNG_FEATURES ? place + i : i - RUNG_FEATURES] = feature;
      });
      return { features, ms };
    });
  const solution = solveRobustly(equations, leaning);
  const common = solution.slice(0, shared);
  return interpolated(
    own.map((_, rung) => {
      const place = placeOf.get(rung);
      return place === undefined ? null : [...solution.slice(place, place + RUNG_FEATURES), ...common];
    }),
  );
}

/** A rung has so few samples that one far off would be explained easily: it is found out by the common shape. */
function isDisturbed({ shape, ms }: CostSample, level: CostWeights): boolean {
  return Math.abs(Math.log(ms / weighStep(level, shape))) > DISTURBED;
}

/**
 * Minimises Σ ω ((w·f − ms) / ms)² / σ² + Σ ((wᵢ − leaningᵢ) / τᵢ)², w >= 0, with τᵢ the expected difference: first for
 * next to no scatter σ, then for that of the fit.
 */
function solveRobustly(equations: readonly Equation[], leaning: CostWeights): CostWeights {
  if (equations.length === 0) return leaning;
  const free = reweighted(equations, leaning, LEAST_SIGMA);
  const errors = equations.map(({ features, ms }) => Math.abs(Math.log(ms / dot(free, features))));
  const sigma = SIGMA_PER_MEDIAN * median(errors);
  return sigma > LEAST_SIGMA ? reweighted(equations, leaning, Math.min(sigma, 1)) : free;
}

function reweighted(equations: readonly Equation[], leaning: CostWeights, sigma: number): CostWeights {
  const n = leaning.length;
  const holds = leaningHolds(equations, leaning, sigma);
  let weights = leaning;
  for (let round = 0; round < ROUNDS; round++) {
    // In the first round all count alike: the level that leaning starts from may be far off.
    const trusts = equations.map(({ features, ms }) =>
      round === 0 ? 1 : trust(Math.log(ms / dot(weights, features)), DOUBTFUL),
    );
    const gram = meanGram(equations, n, trusts);
    const moment = meanMoment(equations, n, trusts);
    holds.forEach((hold, i) => {
      gram[i * n + i] = (gram[i * n + i] ?? 0) + hold;
      moment[i] = (moment[i] ?? 0) + hold * (leaning[i] ?? 0);
    });
    weights = [...nonNegativeLeastSquares(gram, moment)];
  }
  return weights;
}

/** σ² / (τᵢ² · equations). τ is measured in steps' time: by the mean of (fᵢ / ms)² over the equations that hold i. */
function leaningHolds(equations: readonly Equation[], leaning: CostWeights, sigma: number): number[] {
  return leaning.map((weight, i) => {
    const shares = equations.flatMap(({ features, ms }) => (features[i] ? [(features[i] / ms) ** 2] : []));
    // An unknown that no equation holds stays where it leans, whatever the hold.
    if (shares.length === 0) return 1;
    const scale = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const { ofWeight, ofStep } = EXPECTED_DIFFERENCE;
    const difference = ofWeight * weight * Math.sqrt(scale) + ofStep;
    return (scale * (sigma / difference) ** 2) / equations.length;
  });
}

/** `shape` times the level of the samples on it. */
function scaledTo(samples: readonly CostSample[], shape: CostWeights): CostWeights {
  const level = levelOf(samples, shape);
  return shape.map((weight) => weight * level);
}

/** The median ratio of the samples to `shape`; 0 where it says nothing of any. */
function levelOf(samples: readonly CostSample[], shape: CostWeights): number {
  const ratios = samples
    .map((sample) => sample.ms / weighStep(shape, sample.shape))
    .filter((ratio) => Number.isFinite(ratio));
  return ratios.length === 0 ? 0 : median(ratios);
}

function toEquations(samples: readonly CostSample[]): Equation[] {
  return samples.map(({ shape, ms }) => ({ features: stepFeatures(shape), ms }));
}

/** Σ ω f fᵀ / ms² / count, [n, n] row-major. */
function meanGram(equations: readonly Equation[], n: number, trusts?: readonly number[]): Float64Array {
  const gram = new Float64Array(n * n);
  equations.forEach(({ features, ms }, k) => {
    addOuterProduct(gram, features, (trusts?.[k] ?? 1) / (ms * ms * equations.length));
  });
  return gram;
}

/** Σ ω f / ms / count, [n]. */
function meanMoment(equations: readonly Equation[], n: number, trusts: readonly number[]): Float64Array {
  const moment = new Float64Array(n);
  equations.forEach(({ features, ms }, k) => {
    const weight = (trusts[k] ?? 1) / (ms * equations.length);
    features.forEach((feature, i) => {
      moment[i] = (moment[i] ?? 0) + weight * feature;
    });
  });
  return moment;
}

function dot(weights: CostWeights, features: readonly number[]): number {
  return features.reduce((sum, feature, i) => sum + feature * (weights[i] ?? 0), 0);
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
