import type { FusedMatrix } from '../core/index.ts';
import { readCode } from '../numerics/index.ts';
import {
  type PlaneArrays,
  type PlaneOptions,
  planeRow,
  quantizePlane,
  subtractPlane,
} from '../quant/index.ts';
import { type ElasticScheme, LEAST_REACH } from './elastic-matrix.ts';

/** Range of one plane as a share of the largest weight of each group, f32 [n, blocks]: where clipping starts. */
export interface PlaneRange {
  /** Null without zero points. */
  readonly low: Float32Array | null;
  readonly high: Float32Array;
}

/** The ranges that plain rounding finds by search: calibration starts at its baseline. */
export function startingRanges(
  weights: Float32Array,
  { n, k }: FusedMatrix,
  { planeBits, block }: ElasticScheme,
  zeroPoints: readonly boolean[],
): PlaneRange[] {
  const residual = weights.slice();
  return planeBits.map((bits, i) => {
    const { plane, range } = searchedRange(residual, { n, k }, { bits, block, zeroPoint: zeroPoints[i]! });
    subtractPlane(residual, plane, n, k);
    return range;
  });
}

/** The plane of least squared error for `target` f32 [n, k], and its range. */
export function searchedRange(
  target: Float32Array,
  { n, k }: { readonly n: number; readonly k: number },
  options: PlaneOptions,
): { plane: PlaneArrays; range: PlaneRange } {
  const plane = quantizePlane(target, n, k, options);
  return { plane, range: planeRange(plane, groupReach(target, n, k, options.block), n, k) };
}

/** max|w| of each group, f32 [n, blocks]. */
function groupReach(w: Float32Array, n: number, k: number, block: number): Float32Array {
  const blocks = Math.ceil(k / block);
  const reach = new Float32Array(n * blocks).fill(LEAST_REACH);
  for (let i = 0; i < w.length; i++) {
    const group = Math.floor(i / k) * blocks + Math.floor((i % k) / block);
    reach[group] = Math.max(reach[group]!, Math.abs(w[i]!));
  }
  return reach;
}

function planeRange(plane: PlaneArrays, reach: Float32Array, n: number, k: number): PlaneRange {
  const { bits, scales, zeroPoints } = plane;
  const { blocks, zeroPointBytes } = planeRow(k, plane);
  const top = 2 ** bits - 1;
  // A group of zeros has no scale of its own.
  const shareAt = (i: number) => (scales[i] === 0 ? 1 / top : scales[i]! / reach[i]!);
  if (zeroPoints === null) {
    const steps = top - 2 ** (bits - 1);
    return { low: null, high: Float32Array.from(scales, (_, i) => shareAt(i) * steps) };
  }
  const low = new Float32Array(n * blocks);
  const high = new Float32Array(n * blocks);
  for (let row = 0; row < n; row++) {
    for (let b = 0; b < blocks; b++) {
      const at = row * blocks + b;
      const zero = readCode(zeroPoints, bits, row * zeroPointBytes, b);
      low[at] = -zero * shareAt(at);
      high[at] = (top - zero) * shareAt(at);
    }
  }
  return { low, high };
}
