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
  /** Whether it belongs into the ladder wherever it stands: uniform ones do, and those that were asked for. */
  readonly kept: boolean;
}

/** Steps a budget is divided into for dynamic programming, at most. */
const BIT_STEPS = 1 << 15;
const COST_STEPS = 8192;
const MOST_LIVE_MIXES = 2;

/**
 * Configs worth measuring: every uniform one, at each step of bits between them and at each budget of `asked`
 * the best of planes alone, and with a live cascade the best of everything at the cost of some of those. Ids:
 * `q5`, with a live cascade everywhere `q4r16`, in places `q4.6r`. No two are the same config or have the same id.
 *
 * @param asked bits per weight on average, from the base plane's to all planes'
 */
export function ladderCandidates(ground: LadderGround, asked: readonly number[] = []): Candidate[] {
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
  const mixed = mixedCandidates(ground, steps);
  const wished = mixedCandidates(ground, asked).map((each) => ({ ...each, kept: true }));
  return distinct([...uniform, ...mixed, ...wished, ...liveMixes(ground, mixed)]);
}

/** The best of planes alone at `count` − 1 budgets evenly spread between base plane and all planes. */
export function evenCandidates(ground: LadderGround, count: number): Candidate[] {
  const bits = depthBits(ground.planeBits);
  const [low, range] = [bits[0]!, bits.at(-1)! - bits[0]!];
  return mixedCandidates(
    ground,
    Array.from({ length: count - 1 }, (_, i) => low + ((i + 1) * range) / count),
  );
}

function mixedCandidates(ground: LadderGround, budgets: readonly number[]): Candidate[] {
  return bestAtBits(ground, budgets).flatMap((assignment, i) =>
    assignment ? [candidate(ground, `q${budgets[i]}`, assignment, false)] : [],
  );
}

/**
 * The depths of least damage, without a live cascade, at no more than each budget of bits per weight on average.
 *
 * @returns for each budget the level of each matrix, or null when it is below the base plane
 */
export function bestAtBits(
  { matrices, planeBits, levels, damage }: LadderGround,
  budgets: readonly number[],
): (number[] | null)[] {
  const bits = depthBits(planeBits);
  const planeLevels = levels.flatMap(({ rank }, l) => (rank === 0 ? [l] : []));
  const weights = matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  const extra = matrices.map(({ n, k }) =>
    planeLevels.map((l) => n * k * (bits[levels[l]!.depth - 1]! - bits[0]!)),
  );
  const whole = weights * (bits.at(-1)! - bits[0]!);
  // Sizes of matrices share large factors: in units of those the steps are nearly always exact.
  const steps = Math.max(1, Math.min(BIT_STEPS, whole / greatestDivisor(extra.flat())));
  const found = assignLevels(
    damage.map((ofMatrix) => planeLevels.map((l) => ofMatrix[l]!)),
    // Upwards, so that the budget is kept.
    inSteps(extra, whole, steps, Math.ceil),
    budgets.map((budget) => {
      const room = (budget - bits[0]!) * weights;
      return Math.min(steps, Math.floor((room * steps) / Math.max(1, whole)));
    }),
  );
  return found.map((picks) => picks?.map((pick) => planeLevels[pick]!) ?? null);
}

/** At the cost of a mixed config of planes, what live cascades in some matrices make of it. */
function liveMixes(ground: LadderGround, mixed: readonly Candidate[]): Candidate[] {
  const { levels, damage, levelCosts } = ground;
  if (!levels.some(({ rank }) => rank > 0) || mixed.length === 0) return [];
  const dearest = levelCosts.costs.reduce((sum, ofMatrix) => sum + Math.max(...ofMatrix), 0);
  if (dearest === 0) return [];
  const budgets = mixed.map(({ cost }) => Math.round((cost / dearest) * COST_STEPS));
  const all = assignLevels(damage, inSteps(levelCosts.costs, dearest, COST_STEPS, Math.round), budgets);
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

/** Values to whole steps of which `whole` makes `steps`. */
function inSteps(
  values: readonly (readonly number[])[],
  whole: number,
  steps: number,
  round: (x: number) => number,
): number[][] {
  const scale = whole === 0 ? 0 : steps / whole;
  // A hair down first: what is meant to be whole must not be rounded up by its last bit.
  return values.map((row) => row.map((value) => Math.max(0, round(value * scale - 1e-9))));
}

/** Of whole numbers; Infinity when all are 0. */
function greatestDivisor(values: readonly number[]): number {
  const divisor = values.reduce((a, b) => {
    let [x, y] = [a, b];
    while (y !== 0) [x, y] = [y, x % y];
    return x;
  }, 0);
  return divisor === 0 ? Number.POSITIVE_INFINITY : divisor;
}

/** Rungs between two uniform configs: so far apart that five to nine make a ladder. */
function stepsBetween(low: number, high: number): number[] {
  const range = high - low;
  const step = range <= 2 ? 0.5 : range <= 7 ? 1 : 2;
  const steps: number[] = [];
  for (let bits = low + step; bits < high; bits += step) steps.push(bits);
  return steps;
}

/**
 * Of candidates that name the same planes and ranks the first stays, kept if one of them is. One that differs
 * from an earlier one but has its id falls away, except where it was asked for: that gets an id of its own.
 */
export function distinct(candidates: readonly Candidate[]): Candidate[] {
  const byContent = new Map<string, Candidate>();
  const ids = new Set<string>();
  for (const each of candidates) {
    const { planes, ranks, id } = each.config;
    const content = `${planes.join()}|${ranks.join()}`;
    const known = byContent.get(content);
    if (known) {
      byContent.set(content, { ...known, kept: known.kept || each.kept });
    } else if (!ids.has(id)) {
      byContent.set(content, each);
      ids.add(id);
    } else if (each.kept) {
      const config = { ...each.config, id: `${id}-mixed` };
      byContent.set(content, { ...each, config });
      ids.add(config.id);
    }
  }
  return [...byContent.values()];
}
