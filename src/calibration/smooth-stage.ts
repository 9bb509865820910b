import type { PlaneOptions } from '../quant/index.ts';
import { activationStatistics } from './activation-statistics.ts';
import type { StageGround } from './calibrate-model.ts';
import { OutputError } from './output-error.ts';
import type { PlaneLearnerOptions } from './plane-learner.ts';
import { type SmoothingLink, smoothingLinks } from './smoothing-links.ts';
import { type SmoothingScales, scaleColumns, searchSmoothingScales } from './smoothing-scales.ts';
import type { Stage } from './stage.ts';
import { MATRICES_PER_BLOCK, type StageWeights } from './stage-weights.ts';

export type SmoothingOptions = Pick<PlaneLearnerOptions, 'scheme' | 'zeroPoints' | 'batch' | 'threads'>;

/** A stage after smoothing, and what was found for its links, in the order they were searched. */
export interface SmoothedStage {
  readonly weights: StageWeights;
  readonly found: readonly (SmoothingScales & { readonly link: SmoothingLink })[];
}

/** Rows of activations that errors are measured on. */
const SAMPLE_ROWS = 512;

/** Weights of a matrix that scales are searched on, in whole rows: all its rows share the scales. */
const SEARCH_WEIGHTS = 2 ** 18;
const LEAST_SEARCH_ROWS = 64;

/**
 * Weights of the same function whose matrices round better: W'[:, j] = W[:, j]·s_j, and what feeds channel j is
 * divided by s_j, link after link, with the s that `searchSmoothingScales` finds on the stage's own activations.
 *
 * Matrices and vectors that no scale touches are those of `ground`, the others newly allocated. The same ground gives
 * the same weights.
 */
export async function smoothStage(ground: StageGround, options: SmoothingOptions): Promise<SmoothedStage> {
  const { stage, clock } = ground;
  const links = smoothingLinks(stage);
  if (links.length === 0) return { weights: ground.weights, found: [] };
  const statistics = await activationStatistics(ground, ground.exact, {
    ...options,
    sampleRows: SAMPLE_ROWS,
  });
  const outputError = await OutputError.open(options.threads, clock);
  let { weights } = ground;
  const found: (SmoothingScales & { link: SmoothingLink })[] = [];
  try {
    for (const link of links) {
      const { matrix, units, unitCount } = link;
      const { n, k } = stage.matrices[matrix]!;
      const searched = {
        ...spreadRows(weights.matrices[matrix]!, n, k),
        units,
        unitCount,
        statistics: statistics[matrix]!,
        plane: basePlane(ground, matrix, options),
      };
      const scales = await searchSmoothingScales(searched, outputError);
      if (scales.exponent > 0) weights = scaledWeights(stage, weights, link, scales.scales);
      found.push({ ...scales, link });
    }
  } finally {
    await outputError.close();
  }
  return { weights, found };
}

function basePlane(
  { index }: StageGround,
  matrix: number,
  { scheme, zeroPoints }: SmoothingOptions,
): PlaneOptions {
  const zeroPoint = zeroPoints[index * MATRICES_PER_BLOCK + matrix]![0]!;
  return { bits: scheme.planeBits[0]!, block: scheme.block, zeroPoint };
}

/** Rows of w [n, k], evenly spread over it; all of them where they are few. */
function spreadRows(w: Float32Array, n: number, k: number): { weights: Float32Array; n: number; k: number } {
  const count = Math.max(LEAST_SEARCH_ROWS, Math.floor(SEARCH_WEIGHTS / k));
  if (n <= count) return { weights: w, n, k };
  const weights = new Float32Array(count * k);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * n) / count);
    weights.set(w.subarray(row * k, (row + 1) * k), i * k);
  }
  return { weights, n: count, k };
}

/**
 * The weights with scales f32 [unitCount] on the input side of the link's matrix and their inverses on the output
 * side of what feeds it. Changed arrays are copies.
 */
export function scaledWeights(
  stage: Stage,
  { matrices, vectors }: StageWeights,
  link: SmoothingLink,
  scales: Float32Array,
): StageWeights {
  const changed = [...matrices];
  const matrix = matrices[link.matrix]!.slice();
  scaleColumns(matrix, stage.matrices[link.matrix]!.k, link.units, scales);
  changed[link.matrix] = matrix;
  if (link.rows) {
    const { k } = stage.matrices[link.rows.matrix]!;
    const rows = changed[link.rows.matrix]!.slice();
    for (let i = 0; i < scales.length * k; i++) rows[link.rows.from * k + i]! /= scales[Math.floor(i / k)]!;
    changed[link.rows.matrix] = rows;
  }
  const changedVectors = new Map(vectors);
  for (const { name, from } of link.vectors) {
    const vector = vectors.get(name)!.slice();
    scales.forEach((scale, unit) => {
      vector[from + unit]! /= scale;
    });
    changedVectors.set(name, vector);
  }
  return { matrices: changed, vectors: changedVectors };
}
