import { type FusedMatrix, type ModelArchitecture, QueptError } from '../core/index.ts';
import type { Quantization } from './artefact-tensors.ts';
import type { PlaneBits } from './plane-format.ts';

const BLOCKS: readonly number[] = [16, 32, 64, 128, 256];
const MOST_BITS = 16;

/**
 * Checks the coding options of a quantization run. Throws QueptError `invalid_usage` naming the option and what
 * it may be.
 *
 * @param planes bits of each plane, each 2, 4 or 8, at most 16 together
 * @param block 16, 32, 64, 128 or 256
 * @param cascadeRanks ascending, none above the smallest side of any matrix
 */
export function checkQuantization(
  planes: readonly number[],
  block: number,
  cascadeRanks: readonly number[],
  matrices: readonly FusedMatrix[],
): Quantization {
  if (planes.length === 0 || !planes.every(isPlaneBits)) {
    throw usage('planes', `[${planes}] must be a list of 2, 4 and 8, such as 4,4 or 4,2,2`);
  }
  const bits = planes.reduce((sum, b) => sum + b, 0);
  if (bits > MOST_BITS)
    throw usage('planes', `[${planes}] take ${bits} bits per weight; ${MOST_BITS} are the most`);
  if (!BLOCKS.includes(block)) throw usage('block', `${block} must be one of ${BLOCKS.join(', ')}`);
  const smallest = Math.min(...matrices.map(({ n, k }) => Math.min(n, k)));
  cascadeRanks.forEach((rank, j) => {
    if (!Number.isInteger(rank) || rank < 1 || rank > smallest) {
      throw usage('cascade ranks', `${rank} must be a whole number from 1 to ${smallest} for this model`);
    }
    if (j > 0 && rank <= cascadeRanks[j - 1]!) throw usage('cascade ranks', `[${cascadeRanks}] must ascend`);
  });
  return { planes: planes.filter(isPlaneBits), block, cascadeRanks };
}

function isPlaneBits(bits: number): bits is PlaneBits {
  return bits === 2 || bits === 4 || bits === 8;
}

function usage(option: string, text: string): QueptError {
  return new QueptError('invalid_usage', `${option}: ${text}.`, { param: option });
}

/** Narrow models lose most to rounding, and their speed is not bound by the bytes of their weights. */
const NARROW_HIDDEN_SIZE = 128;

/** The block to quantize a model with when nobody asked for one. */
export function defaultBlock({ hiddenSize }: ModelArchitecture): number {
  return hiddenSize <= NARROW_HIDDEN_SIZE ? 16 : 32;
}
