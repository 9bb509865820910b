import type { PrecisionConfig } from '../../core/index.ts';
import type { GraphWeights, MatrixData } from '../../engine/index.ts';

export interface StepSize {
  readonly rows: number;
  /** Tokens of each row's sequence, the step's own among them. */
  readonly length: number;
  /** Bytes of a float on the device. */
  readonly floatBytes: 2 | 4;
}

const STORED_FLOAT_BYTES = 4;

/**
 * What a decode step has to read of device memory, bytes: each weight of the precision once, whatever the number of
 * rows, and every row's keys and values,
 *
 *     Σ planes (codes + scales + zero points) + Σ cascade + norms + 2 · layers · rows · length · kvHeads · headDim · float
 *
 * Divided by the bandwidth of the memory it is the least time that the step can take.
 */
export function stepBytes(
  weights: GraphWeights,
  precision: PrecisionConfig,
  { rows, length, floatBytes }: StepSize,
): number {
  const { layers, kvHeads, headDim } = weights.architecture;
  const floats = (stored: number): number => (stored / STORED_FLOAT_BYTES) * floatBytes;
  const matrices = weights.matrices.reduce((sum, matrix, i) => {
    return sum + matrixBytes(matrix, precision.planes[i] ?? 0, precision.ranks[i] ?? 0, floats);
  }, 0);
  const vectors = [...weights.vectors.values()].reduce((sum, { data }) => sum + floats(data.bytes), 0);
  return matrices + vectors + 2 * layers * rows * length * kvHeads * headDim * floatBytes;
}

function matrixBytes(
  matrix: MatrixData,
  planes: number,
  ranks: number,
  floats: (stored: number) => number,
): number {
  if (matrix.kind === 'dense') return floats(matrix.weights.bytes);
  const ofPlanes = matrix.planes
    .slice(0, planes)
    .reduce(
      (sum, { codes, scales, zeroPoints }) =>
        sum + codes.bytes + floats(scales.bytes) + (zeroPoints?.bytes ?? 0),
      0,
    );
  let rank = 0;
  return matrix.cascade.reduce((sum, segment) => {
    rank += segment.rank;
    return rank > ranks ? sum : sum + floats(segment.a.bytes + segment.b.bytes);
  }, ofPlanes);
}
