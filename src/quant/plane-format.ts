import { type CodeBits, packedBytes } from '../numerics/index.ts';

export type PlaneBits = CodeBits;

/** How one plane is coded: `bits` per code, one scale (and at most one zero point) per `block` weights of a row. */
export interface PlaneFormat {
  readonly bits: PlaneBits;
  /** A power of two, 16 to 256. The last block of a row may be shorter; its codes are padded to a full block. */
  readonly block: number;
}

/**
 * One quantized plane of a matrix `[n, k]` in the layout of the MatMulNBits operator:
 * w[i][j] ≈ (code − zeroPoint)·scale.
 */
export interface PlaneArrays extends PlaneFormat {
  /** u8 `[n, blocks, block·bits/8]`, first code in the lowest bits. */
  readonly codes: Uint8Array;
  /** f32 `[n·blocks]`, of either sign. */
  readonly scales: Float32Array;
  /** u8 `[n, ceil(blocks·bits/8)]`, packed like the codes; null for 2^(bits − 1) everywhere. */
  readonly zeroPoints: Uint8Array | null;
}

/** Sizes of one row of a plane. */
export interface PlaneRow {
  /** Blocks, hence scales, per row. */
  readonly blocks: number;
  readonly codeBytes: number;
  readonly zeroPointBytes: number;
}

/** Sizes of a row of `k` weights in `format`. */
export function planeRow(k: number, { bits, block }: PlaneFormat): PlaneRow {
  const blocks = Math.ceil(k / block);
  return { blocks, codeBytes: (blocks * block * bits) / 8, zeroPointBytes: packedBytes(blocks, bits) };
}

/** The code that stands for zero in a plane without zero points. */
export function defaultZeroPoint(bits: PlaneBits): number {
  return 1 << (bits - 1);
}

/** Code bits per weight at each depth: [4, 2, 2] gives [4, 6, 8]. Depth d is entry d − 1. */
export function depthBits(planes: readonly number[]): number[] {
  let sum = 0;
  return planes.map((bits) => {
    sum += bits;
    return sum;
  });
}
