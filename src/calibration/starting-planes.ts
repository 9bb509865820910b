import type { FusedMatrix } from '../core/index.ts';
import { readCode } from '../numerics/index.ts';
import { type PlaneArrays, planeRow, quantizePlane, subtractPlane } from '../quant/index.ts';
import type { ElasticScheme } from './elastic-matrix.ts';

/** Ranges of one plane, f32 [n, blocks]: where learned clipping starts. */
export interface PlaneRange {
  /** Null without zero points. */
  readonly low: Float32Array | null;
  readonly high: Float32Array;
}

/** Blocks of equal zeros have no scale; dividing by this instead makes their codes the zero point. */
const TINY_SCALE = 1e-12;

/** The ranges that plain rounding finds by search: calibration starts at its baseline. */
export function startingRanges(
  weights: Float32Array,
  { n, k }: FusedMatrix,
  { planeBits, block }: ElasticScheme,
  zeroPoints: readonly boolean[],
): PlaneRange[] {
  const residual = weights.slice();
  return planeBits.map((bits, i) => {
    const plane = quantizePlane(residual, n, k, {
      bits,
      block,
      zeroPoint: zeroPoints[i]!,
    });
    subtractPlane(residual, plane, n, k);
    return planeRange(plane, n, k);
  });
}

function planeRange(plane: PlaneArrays, n: number, k: number): PlaneRange {
  const { bits, scales, zeroPoints } = plane;
  const { blocks, zeroPointBytes } = planeRow(k, plane);
  const top = 2 ** bits - 1;
  const scaleAt = (i: number) => (scales[i] === 0 ? TINY_SCALE : scales[i]!);
  if (zeroPoints === null) {
    const reach = top - 2 ** (bits - 1);
    return { low: null, high: Float32Array.from(scales, (_, i) => scaleAt(i) * reach) };
  }
  const low = new Float32Array(n * blocks);
  const high = new Float32Array(n * blocks);
  for (let row = 0; row < n; row++) {
    for (let b = 0; b < blocks; b++) {
      const at = row * blocks + b;
      const zero = readCode(zeroPoints, bits, row * zeroPointBytes, b);
      low[at] = -zero * scaleAt(at);
      high[at] = (top - zero) * scaleAt(at);
    }
  }
  return { low, high };
}
