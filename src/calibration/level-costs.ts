import type { FusedMatrix, ModelRunner } from '../core/index.ts';
import { decodeTimes } from './decode-times.ts';
import { levelConfig } from './measure-sensitivity.ts';
import type { PrecisionGroup } from './precision-groups.ts';

/** What running each matrix at each level costs above the cheapest level. */
export interface LevelCosts {
  readonly unit: 'ms' | 'bytes';
  /** [M][L], >= 0. */
  readonly costs: readonly (readonly number[])[];
}

/**
 * Cost of levels from a short profile: a decode step with the whole model at each level, shared out over the
 * matrices by the bytes that the level adds to each. On a model so small that the steps cannot be told apart,
 * the bytes themselves.
 *
 * @param planeBits bits of each plane, base first
 */
export async function measureLevelCosts(
  runner: ModelRunner,
  matrices: readonly FusedMatrix[],
  planeBits: readonly number[],
  levels: readonly PrecisionGroup[],
  window: Int32Array,
): Promise<LevelCosts> {
  const bytes = matrices.map((matrix) => levels.map((level) => addedBytes(matrix, planeBits, level)));
  const uniform = levels.map((_, l) =>
    levelConfig(
      'probe',
      levels,
      matrices.map(() => l),
    ),
  );
  const times = await decodeTimes(runner, uniform, window);
  const added = times.map((time) => time - times[0]!);
  if (added.slice(1).some((time) => time <= LEAST_TOLD_APART * times[0]!))
    return { unit: 'bytes', costs: bytes };
  const totals = levels.map((_, l) => bytes.reduce((sum, ofMatrix) => sum + ofMatrix[l]!, 0));
  const costs = bytes.map((ofMatrix) =>
    ofMatrix.map((own, l) => (l === 0 ? 0 : (added[l]! * own) / totals[l]!)),
  );
  return { unit: 'ms', costs };
}

/** Share of a step by which a level must be slower than the cheapest for its time to mean something. */
const LEAST_TOLD_APART = 0.05;

function addedBytes(
  { n, k }: FusedMatrix,
  planeBits: readonly number[],
  { depth, rank }: PrecisionGroup,
): number {
  const bits = planeBits.slice(1, depth).reduce((sum, each) => sum + each, 0);
  return (n * k * bits) / 8 + 4 * rank * (n + k);
}
