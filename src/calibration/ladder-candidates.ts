import type { FusedMatrix, PrecisionConfig } from '../core/index.ts';
import { averageBits, depthBits } from '../quant/index.ts';
import { assignLevels } from './assign-levels.ts';
import type { LevelCosts } from './level-costs.ts';
import { levelConfig } from './measure-sensitivity.ts';
import type { PrecisionGroup } from './precision-groups.ts';

/** What configs are chosen from and by. */
export interface LadderGround {
  readonly matrices: readonly FusedMatrix[];
  /** Bits of each plane, base first. */
  readonly planeBits: readonly number[];
  /** Cheapest first; the last is all planes. */
  readonly levels: readonly PrecisionGroup[];
  /** [M][L], from measureSensitivity. */
  readonly damage: readonly (readonly number[])[];
  readonly levelCosts: LevelCosts;
}

/** A config with what it costs above the cheapest, in the unit of `levelCosts`. */
export interface Candidate {
  readonly config: PrecisionConfig;
  readonly cost: number;
  /** Whether it belongs into the ladder wherever it stands: uniform ones do. */
  readonly kept: boolean;
}

/** Steps a budget is divided into for dynamic programming. */
const RESOLUTION = 8192;
const MOST_LIVE_MIXES = 2;

/**
 * Configs worth measuring: every uniform one, at each step of bits between them the best of planes alone, and
 * with a live cascade the best of everything at the cost of some of those. Ids: `q5`, with a live cascade
 * everywhere `q4r16`, in places `q4.6r`.
 */
export function ladderCandidates(ground: LadderGround): Candidate[] {
  const { matrices, planeBits, levels } = ground;
  const bits = depthBits(planeBits);
  const uniform = levels.map(({ depth, rank }, l) =>
    candidate(
      ground,
      `q${bits[depth - 1]}${rank > 0 ? `r${rank}` : ''}`,
      matrices.map(() => l),
      rank === 0,
    ),
  );
  const steps = stepsBetween(bits[0]!, bits.at(-1)!).filter((step) => !bits.includes(step));
  const mixed = steps.flatMap((step) => {
    const assignment = bestAtBits(ground, step);
    return assignment ? [candidate(ground, `q${step}`, assignment, false)] : [];
  });
  return distinct([...uniform, ...mixed, ...liveMixes(ground, mixed)]);
}

/**
 * The depths of least damage, without a live cascade, at no more than `budget` bits per weight on average.
 *
 * @returns the level of each matrix, or null when the budget is below the base plane
 */
export function bestAtBits({ matrices, planeBits, levels, damage }: LadderGround, budget: number) {
  const bits = depthBits(planeBits);
  const planeLevels = levels.flatMap(({ rank }, l) => (rank === 0 ? [l] : []));
  const weights = matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  const room = (budget - bits[0]!) * weights;
  if (room < -1e-6) return null;
  const extra = matrices.map(({ n, k }) =>
    planeLevels.map((l) => n * k * (bits[levels[l]!.depth - 1]! - bits[0]!)),
  );
  const [picks] = assignLevels(
    damage.map((ofMatrix) => planeLevels.map((l) => ofMatrix[l]!)),
    // Upwards, so that the budget is kept.
    inSteps(extra, weights * (bits.at(-1)! - bits[0]!), Math.ceil),
    [
      Math.min(
        RESOLUTION,
        Math.floor((room * RESOLUTION) / (weights * Math.max(1, bits.at(-1)! - bits[0]!))),
      ),
    ],
  );
  return picks ? picks.map((pick) => planeLevels[pick]!) : null;
}

/** At the cost of a mixed config of planes, what live cascades in some matrices make of it. */
function liveMixes(ground: LadderGround, mixed: readonly Candidate[]): Candidate[] {
  const { levels, damage, levelCosts } = ground;
  if (!levels.some(({ rank }) => rank > 0) || mixed.length === 0) return [];
  const dearest = levelCosts.costs.reduce((sum, ofMatrix) => sum + Math.max(...ofMatrix), 0);
  if (dearest === 0) return [];
  const budgets = mixed.map(({ cost }) => Math.round((cost / dearest) * RESOLUTION));
  const all = assignLevels(damage, inSteps(levelCosts.costs, dearest, Math.round), budgets);
  const live = all.flatMap((assignment) => {
    if (!assignment?.some((l) => levels[l]!.rank > 0)) return [];
    const mix = candidate(ground, '', assignment, false);
    const id = `q${Math.round(mix.config.averageBits * 10) / 10}r`;
    return [{ ...mix, config: { ...mix.config, id } }];
  });
  return live.slice(0, MOST_LIVE_MIXES);
}

function candidate(
  { matrices, planeBits, levels, levelCosts }: LadderGround,
  id: string,
  assignment: readonly number[],
  kept: boolean,
): Candidate {
  const config = levelConfig(id, levels, assignment);
  const cost = assignment.reduce((sum, l, m) => sum + levelCosts.costs[m]![l]!, 0);
  return { config: { ...config, averageBits: averageBits(matrices, planeBits, config.planes) }, cost, kept };
}

/** Values to whole steps of which `whole` makes RESOLUTION. */
function inSteps(
  values: readonly (readonly number[])[],
  whole: number,
  round: (x: number) => number,
): number[][] {
  const scale = whole === 0 ? 0 : RESOLUTION / whole;
  // A hair down first: what is meant to be whole must not be rounded up by its last bit.
  return values.map((row) => row.map((value) => Math.max(0, round(value * scale - 1e-9))));
}

/** Rungs between two uniform configs: so far apart that five to nine make a ladder. */
function stepsBetween(low: number, high: number): number[] {
  const range = high - low;
  const step = range <= 2 ? 0.5 : range <= 7 ? 1 : 2;
  const steps: number[] = [];
  for (let bits = low + step; bits < high; bits += step) steps.push(bits);
  return steps;
}

/** Later candidates that name the same planes and ranks, or have an id that is taken, fall away. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ config }) => {
    const content = `${config.planes.join()}|${config.ranks.join()}`;
    if (seen.has(content) || seen.has(config.id)) return false;
    seen.add(content).add(config.id);
    return true;
  });
}
