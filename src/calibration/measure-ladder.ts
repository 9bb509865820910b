import {
  type FusedMatrix,
  type Ladder,
  type ModelRunner,
  type PrecisionConfig,
  QueptError,
} from '../core/index.ts';
import type { PlaneBits, Sensitivity } from '../quant/index.ts';
import { chooseRungs } from './choose-rungs.ts';
import { evaluateLadder } from './evaluate-ladder.ts';
import type { Candidate, LadderGround } from './ladder-candidates.ts';
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
 * programming over it, and of those the rungs by cost and measured KL.
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
  const measure = async (candidates: readonly Candidate[]): Promise<Candidate[]> => {
    const { configs } = await evaluateLadder({
      runner,
      ladder: candidates.map(({ config }) => config),
      reference: options.reference ?? { runner, precision: topConfig(ground) },
      windows,
      onProgress: (done) => onProgress?.(runs + done, total),
      ...abort,
    });
    return candidates.map((each, i) => {
      const { kl, msPerToken } = configs[i]!;
      return { ...each, config: { ...each.config, predictedKl: kl, msPerToken } };
    });
  };
  const ladder = await chooseRungs(ground, options.averageBits ?? [], measure);
  const byDepth = levels.flatMap(({ rank }, l) => (rank === 0 ? [l] : []));
  return {
    ladder,
    sensitivity: {
      metric: 'kl',
      costs: damage.map((ofMatrix) => byDepth.map((l) => ofMatrix[l]!)),
    },
    costUnit: levelCosts.unit,
  };
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
