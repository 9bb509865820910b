import { packCodes } from '../numerics/index.ts';
import { GroupSearch } from './group-search.ts';
import { type PlaneArrays, type PlaneFormat, planeRow } from './plane-format.ts';
import { addPlaneRow } from './plane-row-reader.ts';

export interface PlaneOptions extends PlaneFormat {
  /** A zero point per block, at `bits`/`block` more bits per weight. */
  readonly zeroPoint: boolean;
}

/**
 * P = Q(target): rounds rows to one plane, each block to the scale (and zero point) of least squared error.
 *
 * @param target f32 `[n, k]` row-major, finite; not changed
 * @returns freshly allocated arrays; codes are the nearest to the stored f32 scale
 */
export function quantizePlane(
  target: Float32Array,
  n: number,
  k: number,
  options: PlaneOptions,
): PlaneArrays {
  const { bits, block, zeroPoint } = options;
  if (target.length !== n * k) throw new RangeError(`${target.length} weights do not make ${n} rows of ${k}`);
  const { blocks, codeBytes, zeroPointBytes } = planeRow(k, options);
  const plane: PlaneArrays = {
    bits,
    block,
    codes: new Uint8Array(n * codeBytes),
    scales: new Float32Array(n * blocks),
    zeroPoints: zeroPoint ? new Uint8Array(n * zeroPointBytes) : null,
  };
  const search = new GroupSearch(bits);
  const groupCodes = new Uint8Array(block);
  const rowZeros = new Uint8Array(blocks);
  const blockBytes = (block * bits) / 8;
  for (let row = 0; row < n; row++) {
    for (let b = 0; b < blocks; b++) {
      const from = row * k + b * block;
      const to = Math.min(from + block, (row + 1) * k);
      if (zeroPoint) search.searchShifted(target, from, to);
      else search.searchSymmetric(target, from, to);
      plane.scales[row * blocks + b] = search.scale;
      rowZeros[b] = search.zeroPoint;
      roundGroup(target, from, to, search.scale, search.zeroPoint, 2 ** bits - 1, groupCodes);
      packCodes(groupCodes, bits, plane.codes, row * codeBytes + b * blockBytes);
    }
    if (plane.zeroPoints) packCodes(rowZeros, bits, plane.zeroPoints, row * zeroPointBytes);
  }
  return plane;
}

/** Codes of a group, padded with the zero point: padding stands for the weight 0. */
function roundGroup(
  w: Float32Array,
  from: number,
  to: number,
  scale: number,
  zero: number,
  top: number,
  codes: Uint8Array,
): void {
  codes.fill(zero);
  if (scale === 0) return;
  const inverse = 1 / scale;
  for (let j = from; j < to; j++) {
    const place = w[j]! * inverse + zero + 0.5;
    codes[j - from] = place < 0 ? 0 : place > top ? top : place | 0;
  }
}

/**
 * target −= P in place: what is left for the next plane, in f32.
 *
 * @param target f32 `[n, k]`, changed
 * @returns Σ target² afterwards: the squared error with this plane as the last
 */
export function subtractPlane(target: Float32Array, plane: PlaneArrays, n: number, k: number): number {
  for (let row = 0; row < n; row++) addPlaneRow(plane, k, row, -1, target, row * k);
  return squaredNorm(target);
}

/** Σ w², in f64. */
export function squaredNorm(w: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += w[i]! * w[i]!;
  return sum;
}
