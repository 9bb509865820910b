import type { FusedMatrix, WeightSource } from '../core/index.ts';
import type { PlaneBits } from './plane-format.ts';
import { quantizePlane, subtractPlane } from './quantize-plane.ts';

export type ZeroPointMode = 'auto' | 'on' | 'off';

/** Rows rounded both ways before a decision, in as many places of the matrix. */
const SAMPLE_ROWS = 64;

/**
 * The largest ratio of squared errors, with zero points to without, at which they pay. They cost bits/block of
 * memory per weight and no measurable time in MatMulNBits (batch 1 to 128, blocks 16 to 128), so a small gain
 * is enough.
 */
const PAYING_RATIO = 0.97;

/**
 * Decides for each plane of a matrix whether it has zero points. `auto` rounds rows spread evenly over the matrix
 * both ways, plane after plane, and compares squared errors with the threshold.
 *
 * @returns one flag per plane
 */
export async function chooseZeroPoints(
  source: WeightSource,
  { name, n, k }: FusedMatrix,
  coding: { readonly planes: readonly PlaneBits[]; readonly block: number },
  mode: ZeroPointMode,
): Promise<boolean[]> {
  const { planes, block } = coding;
  if (mode !== 'auto') return planes.map(() => mode === 'on');
  const rows = Math.min(n, SAMPLE_ROWS);
  let target: Float32Array = new Float32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor((i * n) / rows);
    target.set(await source.readMatrixRows(name, row, row + 1), i * k);
  }
  return planes.map((bits) => {
    const [without, withZeros] = [false, true].map((zeroPoint) => {
      const rest = target.slice();
      const plane = quantizePlane(target, rows, k, { bits, block, zeroPoint });
      return { rest, error: subtractPlane(rest, plane, rows, k) };
    }) as [Rounded, Rounded];
    const pays = withZeros.error < PAYING_RATIO * without.error;
    target = pays ? withZeros.rest : without.rest;
    return pays;
  });
}

interface Rounded {
  readonly rest: Float32Array;
  readonly error: number;
}
