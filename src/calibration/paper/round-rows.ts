import { LEAST_RANGE } from './paper-quantizer.ts';

/** The grid of some rows of a matrix at one bit-width. */
export interface RowGrid {
  readonly width: number;
  /** Weights that share a scale; the last group of a row may be shorter. */
  readonly block: number;
  /** σ(α) and σ(β), f32 [rows, blocks]: the part of a group's largest and smallest weight that is kept. */
  readonly keptHigh: Float32Array;
  readonly keptLow: Float32Array;
}

/**
 * Puts every weight on its grid, as `quantizedWeights` does in a graph: the same operations in the same order,
 * each rounded to f32. Where the two differ, a weight lay within the last bits of the boundary between two codes.
 *
 * @param rows f32 [rows, k], changed in place
 */
export function roundRows(rows: Float32Array, k: number, { width, block, keptHigh, keptLow }: RowGrid): void {
  const blocks = Math.ceil(k / block);
  const top = 2 ** width - 1;
  for (let group = 0; group < keptHigh.length; group++) {
    const start = Math.floor(group / blocks) * k;
    const from = start + (group % blocks) * block;
    const weights = rows.subarray(from, Math.min(from + block, start + k));
    roundGroup(weights, top, keptLow[group]!, keptHigh[group]!);
  }
}

function roundGroup(weights: Float32Array, top: number, keptLow: number, keptHigh: number): void {
  const f32 = Math.fround;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const weight of weights) {
    low = Math.min(low, weight);
    high = Math.max(high, weight);
  }
  const lo = f32(keptLow * low);
  const hi = f32(keptHigh * high);
  const s = f32(f32(f32(hi - lo) + f32(LEAST_RANGE)) / top);
  const z = roundHalfEven(f32(-lo / s));
  for (let i = 0; i < weights.length; i++) {
    const place = f32(roundHalfEven(f32(weights[i]! / s)) + z);
    const code = Math.min(Math.max(place, 0), top);
    weights[i] = s * f32(code - z);
  }
}

/** As the operator Round does; Math.round takes halves up. */
function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
