import { type PlaneOptions, quantizePlane, subtractPlane } from '../quant/index.ts';
import type { ActivationStatistics } from './activation-statistics.ts';
import type { OutputError } from './output-error.ts';

/** Exponents tried beside 0, which is no smoothing. */
const EXPONENTS = Array.from({ length: 10 }, (_, i) => (i + 1) / 10);

/** Share of the largest magnitude that every unit is taken to have: bounds the scales of dead ones. */
const LEAST_SHARE = 1e-4;

export interface SmoothingProblem {
  /** Rows of the matrix to search on, f32 [n, k]. */
  readonly weights: Float32Array;
  readonly n: number;
  readonly k: number;
  /** Unit of each input channel, i32 [k]: channels of one unit share their scale. */
  readonly units: Int32Array;
  readonly unitCount: number;
  readonly statistics: ActivationStatistics;
  /** Of the base plane. */
  readonly plane: PlaneOptions;
}

export interface SmoothingScales {
  readonly exponent: number;
  /** Positive and finite, f32 [unitCount]; all 1 for exponent 0. */
  readonly scales: Float32Array;
  /** Σ over sampled rows x of ‖(W − Q(W·s)/s)·x‖² with these scales, and without any. */
  readonly error: number;
  readonly unsmoothedError: number;
}

/**
 * s_u = (mean|x| of unit u)^a, scaled so that largest · smallest = 1, with the a of 0, 0.1, … 1 whose base plane
 * changes the matrix's output least: min over a of Σ over sampled rows x of ‖(W − Q(W·s)/s)·x‖². Salient input
 * channels take more of their group's range that way. Ties go to the smaller a.
 *
 * Allocates three copies of the weights at a time; changes nothing.
 * Source: Lin et al., "AWQ: Activation-aware Weight Quantization", MLSys 2024, section on scale search.
 */
export async function searchSmoothingScales(
  problem: SmoothingProblem,
  outputError: OutputError,
): Promise<SmoothingScales> {
  const { unitCount, statistics, k } = problem;
  const magnitudes = unitMagnitudes(problem);
  const errorWith = (scales: Float32Array) =>
    outputError.of(statistics.sample, roundingError(problem, scales), k);
  const none = new Float32Array(unitCount).fill(1);
  const unsmoothedError = await errorWith(none);
  let best: SmoothingScales = { exponent: 0, scales: none, error: unsmoothedError, unsmoothedError };
  for (const exponent of EXPONENTS) {
    const scales = scalesOf(magnitudes, exponent);
    const error = await errorWith(scales);
    if (error < best.error) best = { exponent, scales, error, unsmoothedError };
  }
  return best;
}

/** Mean over the channels of each unit of mean|x_j|, no less than a share of the largest; f64 [unitCount]. */
function unitMagnitudes({ units, unitCount, statistics }: SmoothingProblem): Float64Array {
  const sums = new Float64Array(unitCount);
  const channels = new Float64Array(unitCount);
  units.forEach((unit, j) => {
    sums[unit]! += statistics.magnitude[j]!;
    channels[unit]! += 1;
  });
  const means = sums.map((sum, unit) => sum / channels[unit]!);
  const largest = means.reduce((most, mean) => Math.max(most, mean), 0);
  return largest === 0 ? means.fill(1) : means.map((mean) => Math.max(mean, LEAST_SHARE * largest));
}

function scalesOf(magnitudes: Float64Array, exponent: number): Float32Array {
  const raw = magnitudes.map((magnitude) => magnitude ** exponent);
  const largest = raw.reduce((a, b) => Math.max(a, b));
  const smallest = raw.reduce((a, b) => Math.min(a, b));
  const middle = Math.sqrt(largest * smallest);
  return Float32Array.from(raw, (scale) => scale / middle);
}

/** W − Q(W·s)/s, newly allocated f32 [n, k]. */
function roundingError(
  { weights, n, k, units, plane }: SmoothingProblem,
  scales: Float32Array,
): Float32Array {
  const rest = weights.slice();
  scaleColumns(rest, k, units, scales);
  subtractPlane(rest, quantizePlane(rest, n, k, plane), n, k);
  scaleColumns(
    rest,
    k,
    units,
    scales.map((scale) => 1 / scale),
  );
  return rest;
}

/** w[i][j] *= factors[units[j]], in place. */
export function scaleColumns(w: Float32Array, k: number, units: Int32Array, factors: Float32Array): void {
  for (let row = 0; row < w.length; row += k) {
    for (let j = 0; j < k; j++) w[row + j]! *= factors[units[j]!]!;
  }
}
