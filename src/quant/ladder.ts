import type { FusedMatrix, PrecisionConfig } from '../core/index.ts';
import { depthBits } from './plane-format.ts';

/** What the mixed configs of a model are chosen from. */
export interface PrecisionChoices {
  readonly matrices: readonly FusedMatrix[];
  /** Bits of each plane, base first. */
  readonly planeBits: readonly number[];
  /**
   * costs[m][d]: the damage expected of matrix m at depth d + 1, in any unit that adds up over matrices
   * (KL, weighted error).
   */
  readonly costs: readonly (readonly number[])[];
}

/**
 * Code bits per weight of a config, weighted by parameters: Σ n·k·bits(planes)/Σ n·k.
 *
 * @param planes depth of each matrix, 1 to planeBits.length
 */
export function averageBits(
  matrices: readonly FusedMatrix[],
  planeBits: readonly number[],
  planes: readonly number[],
): number {
  const bits = depthBits(planeBits);
  let weights = 0;
  let total = 0;
  matrices.forEach(({ n, k }, m) => {
    weights += n * k;
    total += n * k * bits[planes[m]! - 1]!;
  });
  return total / weights;
}

/**
 * Depths of least expected damage with at most `budgetBits` bits per weight on average, filled as near to the
 * budget as single matrices allow. Greedy: the step that saves most damage per bit comes first; one that no
 * longer fits gives way to the best that does.
 *
 * @param base depths to start from (default: one plane each); no matrix falls below it, so configs grown from
 *   one another are nested
 * @returns depth per matrix, freshly allocated; `base` itself when even that exceeds the budget
 */
export function mixedConfig(
  choices: PrecisionChoices,
  budgetBits: number,
  base: readonly number[] = choices.matrices.map(() => 1),
): number[] {
  const { matrices } = choices;
  const planes = [...base];
  const weights = matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  // A hair of slack: budgets such as 5.0 must not be missed by rounding.
  let room = (budgetBits - averageBits(matrices, choices.planeBits, planes)) * weights * (1 + 1e-12);
  for (;;) {
    const step = bestStep(choices, planes, room);
    if (step === null) return planes;
    planes[step.matrix] = step.depth;
    room -= step.bits;
  }
}

interface PromotionStep {
  readonly matrix: number;
  readonly depth: number;
  /** Bits it adds in all. */
  readonly bits: number;
}

function bestStep(
  { matrices, planeBits, costs }: PrecisionChoices,
  planes: readonly number[],
  room: number,
): PromotionStep | null {
  const bitsAt = depthBits(planeBits);
  let best: PromotionStep | null = null;
  let bestGain = 0;
  matrices.forEach(({ n, k }, m) => {
    const now = planes[m]!;
    for (let depth = now + 1; depth <= planeBits.length; depth++) {
      const bits = n * k * (bitsAt[depth - 1]! - bitsAt[now - 1]!);
      if (bits > room) break;
      const gain = (costs[m]![now - 1]! - costs[m]![depth - 1]!) / bits;
      if (gain > bestGain) {
        bestGain = gain;
        best = { matrix: m, depth, bits };
      }
    }
  });
  return best;
}

/**
 * The ladder of an artefact: a uniform rung per depth, a mixed rung at each whole number of bits in between, and
 * with a cascade one rung of the lowest depth with all its ranks. Ascending, nested, ids `q{bits}`.
 */
export function planLadder(choices: PrecisionChoices, cascadeRanks: readonly number[]): PrecisionConfig[] {
  const { matrices, planeBits } = choices;
  const config = (id: string, planes: readonly number[], rank: number): PrecisionConfig => ({
    id,
    averageBits: averageBits(matrices, planeBits, planes),
    planes,
    ranks: matrices.map(() => rank),
    predictedKl: null,
    msPerToken: null,
  });
  const uniform = (depth: number): number[] => matrices.map(() => depth);
  const bitsAt = depthBits(planeBits);
  const ladder = [config(`q${bitsAt[0]}`, uniform(1), 0)];
  const fullRank = cascadeRanks.at(-1);
  if (fullRank !== undefined) ladder.push(config(`q${bitsAt[0]}r${fullRank}`, uniform(1), fullRank));
  for (let depth = 2; depth <= planeBits.length; depth++) {
    let planes = uniform(depth - 1);
    for (let bits = bitsAt[depth - 2]! + 1; bits < bitsAt[depth - 1]!; bits++) {
      const next = mixedConfig({ ...choices, planeBits: planeBits.slice(0, depth) }, bits, planes);
      // A model of few matrices may have nothing small enough to promote: then there is no rung in between.
      if (next.some((d, m) => d !== planes[m])) ladder.push(config(`q${bits}`, next, 0));
      planes = next;
    }
    ladder.push(config(`q${bitsAt[depth - 1]}`, uniform(depth), 0));
  }
  return ladder;
}
