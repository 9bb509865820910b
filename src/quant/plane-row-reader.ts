import { readCode } from '../numerics/index.ts';
import { defaultZeroPoint, type PlaneArrays, planeRow } from './plane-format.ts';

/**
 * out[offset + j] += factor·(code − zeroPoint)·scale for j in [0, k): one row of one plane added to a buffer.
 *
 * @param row 0 <= row < n of the plane
 * @param out f32, `k` elements from `offset` on are changed; each addition rounds to f32
 */
export function addPlaneRow(
  plane: PlaneArrays,
  k: number,
  row: number,
  factor: number,
  out: Float32Array,
  offset: number,
): void {
  const { bits, block, codes, scales, zeroPoints } = plane;
  const { blocks, codeBytes, zeroPointBytes } = planeRow(k, plane);
  const blockBytes = (block * bits) / 8;
  for (let b = 0; b < blocks; b++) {
    const zero = zeroPoints ? readCode(zeroPoints, bits, row * zeroPointBytes, b) : defaultZeroPoint(bits);
    const scale = factor * scales[row * blocks + b]!;
    const from = row * codeBytes + b * blockBytes;
    const start = offset + b * block;
    const end = offset + Math.min(k, (b + 1) * block);
    if (bits === 4) addNibbles(codes, from, zero, scale, out, start, end);
    else if (bits === 8) addBytes(codes, from, zero, scale, out, start, end);
    else addCrumbs(codes, from, zero, scale, out, start, end);
  }
}

function addBytes(
  codes: Uint8Array,
  from: number,
  zero: number,
  scale: number,
  out: Float32Array,
  start: number,
  end: number,
): void {
  for (let j = start, at = from; j < end; j++, at++) out[j]! += (codes[at]! - zero) * scale;
}

function addNibbles(
  codes: Uint8Array,
  from: number,
  zero: number,
  scale: number,
  out: Float32Array,
  start: number,
  end: number,
): void {
  let at = from;
  let j = start;
  for (; j + 1 < end; j += 2, at++) {
    const byte = codes[at]!;
    out[j]! += ((byte & 15) - zero) * scale;
    out[j + 1]! += ((byte >> 4) - zero) * scale;
  }
  if (j < end) out[j]! += ((codes[at]! & 15) - zero) * scale;
}

function addCrumbs(
  codes: Uint8Array,
  from: number,
  zero: number,
  scale: number,
  out: Float32Array,
  start: number,
  end: number,
): void {
  for (let j = start; j < end; j++) {
    const i = j - start;
    out[j]! += (((codes[from + (i >> 2)]! >> ((i & 3) << 1)) & 3) - zero) * scale;
  }
}

/**
 * Rows of a matrix `[n, k]` as the sum of its planes. Holds the planes' arrays by reference and allocates
 * nothing per row, so it serves the embedding lookup of every step.
 */
export class PlaneRowReader {
  readonly k: number;
  readonly #planes: readonly PlaneArrays[];

  constructor(k: number, planes: readonly PlaneArrays[]) {
    this.k = k;
    this.#planes = planes;
  }

  /**
   * Overwrites out[offset, offset + k) with the sum over planes of (code − zeroPoint)·scale of `row`, in f32.
   *
   * @param depth planes to sum, default all
   */
  read(row: number, out: Float32Array, offset = 0, depth = this.#planes.length): void {
    out.fill(0, offset, offset + this.k);
    for (let i = 0; i < depth; i++) addPlaneRow(this.#planes[i]!, this.k, row, 1, out, offset);
  }
}
