import type { PrecisionConfig } from '../../core/index.ts';
import { gateCount, type MatrixData } from './graph-weights.ts';

/**
 * The graph's precision input for a config: bool [gates], one byte each, in matrix order; within a matrix the
 * planes above the base, then the cascade segments. Allocates.
 *
 * Throws RangeError when the config was not made for these matrices.
 */
export function precisionGates(matrices: readonly MatrixData[], config: PrecisionConfig): Uint8Array {
  const gates: number[] = [];
  matrices.forEach((matrix, m) => {
    if (gateCount(matrix) === 0) return;
    if (matrix.kind === 'dense') return;
    const planes = config.planes[m];
    const rank = config.ranks[m];
    if (planes === undefined || planes < 1 || planes > matrix.planes.length || rank === undefined) {
      throw new RangeError(`config ${config.id} does not fit matrix ${matrix.name}`);
    }
    for (let plane = 1; plane < matrix.planes.length; plane++) gates.push(plane < planes ? 1 : 0);
    let prefix = 0;
    for (const segment of matrix.cascade) {
      prefix += segment.rank;
      gates.push(prefix <= rank ? 1 : 0);
    }
  });
  return Uint8Array.from(gates);
}
