import {
  type FusedMatrix,
  type Ladder,
  type ModelRunner,
  type PrecisionConfig,
  QueptError,
} from '../core/index.ts';
import type { PlaneBits, Sensitivity } from '../quant/index.ts';
import { averageBits } from '../quant/index.ts';
import { evaluateLadder } from './evaluate-ladder.ts';
import { bestAtBits, type Candidate, type LadderGround, ladderCandidates } from './ladder-candidates.ts';
import { measureLevelCosts } from './level-costs.ts';
import { levelConfig, measureSensitivity } from './measure-sensitivity.ts';
import { precisionGroups } from './precision-groups.ts';

export interface MeasureLadderOptions {
  /** Runs the artefact's planes and cascades. */
  readonly runner: ModelRunner;
  readonly matrices: readonly FusedMatrix[];
  readonly quantization: { readonly planes: readonly PlaneBits[]; readonly cascadeRanks: readonly number[] };
  /** Full precision; null lets the highest precision of `runner` stand in. */
  readonly reference: { readonly runner: ModelRunner; readonly precision: PrecisionConfig } | null;
  /** Calibration text, from `tokenWindows`. */
  readonly windows: readonly Int32Array[];
  /** Budgets, in bits per weight on average, that shall have a rung of their own. */
  readonly averageBits?: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface MeasuredLadder {
  readonly ladder: Ladder;
  readonly sensitivity: Sensitivity;
  /** What the cost of a config was counted in. */
  readonly costUnit: 'ms' | 'bytes';
}

/**
 * The ladder of an artefact by measurement: sensitivity of every matrix at every level, candidates by dynamic
 * programming over it, and of those the Pareto front of cost and measured KL. Uniform configs stay in any case,
 * and so does the best one with a live cascade.
 *
 * Throws QueptError `invalid_usage` for a budget below the base plane or above all planes, and the signal's
 * reason when it aborts.
 */
export async function measureLadder(options: MeasureLadderOptions): Promise<MeasuredLadder> {
  const { runner, matrices, quantization, windows, signal, onProgress } = options;
  const planeBits = quantization.planes;
  const levels = precisionGroups({ planeBits, liveRanks: quantization.cascadeRanks });
  checkBudgets(planeBits, options.averageBits ?? []);
  const abort = signal ? { signal } : {};
  const runs = windows.length * matrices.length * (levels.length - 1);
  // Sensitivity takes nearly all of the time; the evaluation after it counts as one more window.
  const total = runs + windows.length;
  const damage = await measureSensitivity({
    runner,
    matrices: matrices.length,
    levels,
    windows,
    onProgress: (done) => onProgress?.(done, total),
    ...abort,
  });
  const levelCosts = await measureLevelCosts(runner, matrices, planeBits, levels, windows[0]!);
  const ground = { matrices, planeBits, levels, damage, levelCosts };
  const candidates = [...ladderCandidates(ground), ...asked(ground, options.averageBits ?? [])];
  const evaluation = await evaluateLadder({
    runner,
    ladder: candidates.map(({ config }) => config),
    reference: options.reference ?? { runner, precision: topConfig(ground) },
    windows,
    onProgress: (done) => onProgress?.(runs + done, total),
    ...abort,
  });
  const measured = candidates.map((each, i) => {
    const { kl, msPerToken } = evaluation.configs[i]!;
    return { ...each, config: { ...each.config, predictedKl: kl, msPerToken } };
  });
  const byDepth = levels.flatMap(({ rank }, l) => (rank === 0 ? [l] : []));
  return {
    ladder: paretoFront(measured),
    sensitivity: {
      metric: 'kl',
      costs: damage.map((ofMatrix) => byDepth.map((l) => ofMatrix[l]!)),
    },
    costUnit: levelCosts.unit,
  };
}

/** Measured candidates of which no other is both cheaper and better, ascending in bits and then in cost. */
export function paretoFront(candidates: readonly Candidate[]): Ladder {
  const kl = ({ config }: Candidate) => config.predictedKl ?? 0;
  const live = candidates.filter(({ config }) => config.ranks.some((rank) => rank > 0));
  const bestLive = live.reduce<Candidate | null>(
    (best, each) => (best === null || kl(each) < kl(best) ? each : best),
    null,
  );
  const beaten = (one: Candidate) =>
    candidates.some(
      (other) =>
        other.cost <= one.cost && kl(other) <= kl(one) && (other.cost < one.cost || kl(other) < kl(one)),
    );
  const front = candidates.filter((each) => each.kept || each === bestLive || !beaten(each));
  front.sort((a, b) => a.config.averageBits - b.config.averageBits || a.cost - b.cost);
  return front.map(({ config }) => config);
}

function asked(ground: LadderGround, budgets: readonly number[]): Candidate[] {
  const known = new Set(ladderCandidates(ground).map(({ config }) => config.planes.join()));
  return budgets.flatMap((budget) => {
    const assignment = bestAtBits(ground, budget);
    if (assignment === null) return [];
    const config = levelConfig(`q${budget}`, ground.levels, assignment);
    if (known.has(config.planes.join())) return [];
    known.add(config.planes.join());
    const cost = assignment.reduce((sum, l, m) => sum + ground.levelCosts.costs[m]![l]!, 0);
    const bits = averageBits(ground.matrices, ground.planeBits, config.planes);
    return [{ config: { ...config, averageBits: bits }, cost, kept: true }];
  });
}

function checkBudgets(planeBits: readonly number[], budgets: readonly number[]): void {
  const [base, most] = [planeBits[0]!, planeBits.reduce((sum, bits) => sum + bits, 0)];
  for (const budget of budgets) {
    if (budget >= base && budget <= most) continue;
    throw new QueptError(
      'invalid_usage',
      `--average-bits: ${budget} must lie between ${base} and ${most}, what this artefact's planes hold.`,
    );
  }
}

function topConfig({ levels, matrices }: LadderGround): PrecisionConfig {
  return levelConfig(
    'top',
    levels,
    matrices.map(() => levels.length - 1),
  );
}
