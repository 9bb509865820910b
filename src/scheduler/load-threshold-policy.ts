import { QueptError } from '../core/index.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';
import { reachableRungs, requireSwitchLimits, SWITCH_LIMITS, type SwitchLimits } from './switch-limits.ts';

export interface LoadThresholdOptions {
  /**
   * Requests in the house, running and waiting, per slot, ascending: from the first on everyone runs one rung below
   * the top, from the second on two, and so on.
   */
  readonly thresholds?: readonly number[];
  /** How far below a threshold the load must fall before precision is restored, in the same unit. */
  readonly hysteresis?: number;
  readonly switchLimits?: SwitchLimits;
}

const HALF = 0.5;
const HYSTERESIS = 0.125;

/**
 * One rung for everyone, by how many requests there are: the policy of servers that switch the whole model with its
 * batch. It knows neither targets nor times. Without options the lowest rung runs from half the slots on. A request
 * stays within its range, so a pinned one stays where it is.
 *
 * Throws QueptError `invalid_config` on thresholds that do not ascend from above 0, or on a negative hysteresis.
 */
export function createLoadThresholdPolicy(options: LoadThresholdOptions = {}): PrecisionPolicy {
  const { thresholds, hysteresis = HYSTERESIS, switchLimits = SWITCH_LIMITS } = options;
  requireThresholds(thresholds ?? [HALF], hysteresis);
  requireSwitchLimits(switchLimits);
  return (view) => {
    const top = view.ladder.length - 1;
    const steps = thresholds ?? Array.from({ length: top }, () => HALF);
    const level = (load: number): number => Math.max(0, top - steps.filter((least) => load >= least).length);
    const load = loadOf(view);
    const current = currentLevel(view) ?? top;
    // Down as soon as a threshold is reached, up only when the load is clear of it.
    const target = Math.min(level(load), Math.max(current, level(load + hysteresis)));
    const rungOf = (request: RequestView): number => nearest(request, target, view.nowMs, switchLimits);
    const because = `load ${load.toFixed(2)} of the slots: rung ${target} for everyone`;
    return Object.assign(rungOf, { why: () => because, cause: 'load' as const });
  };
}

function nearest(request: RequestView, target: number, nowMs: number, limits: SwitchLimits): number {
  const { low, high } = reachableRungs(request, nowMs, limits);
  return Math.max(low, Math.min(high, target));
}

function loadOf({ running, waitingTotal, freeSlots }: SchedulingView): number {
  const slots = Math.max(1, running.length + freeSlots);
  return (running.length + waitingTotal) / slots;
}

/** The rung of the newest tokens, as those show it whose range does not cut it off; null where nobody decodes. */
function currentLevel({ running }: SchedulingView): number | null {
  const free = running.filter(({ floor, ceiling }) => floor < ceiling);
  return free.reduce<number | null>(
    (highest, { lastRung }) => (lastRung === null ? highest : Math.max(highest ?? 0, lastRung)),
    null,
  );
}

function requireThresholds(thresholds: readonly number[], hysteresis: number): void {
  const ascending = thresholds.every((value, i) => value > (thresholds[i - 1] ?? 0));
  if (thresholds.length > 0 && ascending && hysteresis >= 0) return;
  throw new QueptError(
    'invalid_config',
    'thresholds of load-threshold must be numbers above 0 in ascending order, and hysteresis 0 or more.',
  );
}
