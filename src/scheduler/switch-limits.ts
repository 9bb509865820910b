import { QueptError } from '../core/index.ts';
import type { RequestView } from './scheduling-view.ts';

/** How soon after a switch a request may switch again. */
export interface SwitchLimits {
  /** To a lower rung, milliseconds, > 0. */
  readonly downDwellMs: number;
  /** To a higher rung, milliseconds, >= downDwellMs. */
  readonly upDwellMs: number;
}

/** Reacts at once, also just after precision went up; restores within four seconds. */
export const SWITCH_LIMITS: SwitchLimits = { downDwellMs: 250, upDwellMs: 4000 };

/** Rungs, both ends included. */
export interface RungRange {
  readonly low: number;
  readonly high: number;
}

/** Throws QueptError `invalid_config` on limits that bound nothing. */
export function requireSwitchLimits({ downDwellMs, upDwellMs }: SwitchLimits): void {
  if (downDwellMs > 0 && upDwellMs >= downDwellMs && upDwellMs < Number.POSITIVE_INFINITY) return;
  throw new QueptError(
    'invalid_config',
    'Dwell times must be positive, and upDwellMs no less than downDwellMs: set both in milliseconds.',
  );
}

/** Where a request's next token may run: all of its range before its first token, less soon after a switch. */
export function reachableRungs(request: RequestView, nowMs: number, limits: SwitchLimits): RungRange {
  const { floor, ceiling, lastRung, lastSwitchAtMs } = request;
  if (lastRung === null || lastSwitchAtMs === null) return { low: floor, high: ceiling };
  const sinceMs = nowMs - lastSwitchAtMs;
  if (sinceMs < limits.downDwellMs) return { low: lastRung, high: lastRung };
  return { low: floor, high: sinceMs < limits.upDwellMs ? lastRung : ceiling };
}

/**
 * The most switches that one request can see in any `windowMs` (a closed interval) when every choice keeps to
 * `reachableRungs` of a ladder of `rungs`:
 *
 *     1 + max over u of  u + min( (u + 1)(rungs − 1), ⌊(windowMs − u·up) / down⌋ ),   0 <= u·up <= windowMs
 *
 * Proof. `lastSwitchAtMs` is the time of the token that switched, and a token leaves no earlier than its step was
 * planned, so after the first switch of the window each upward one is at least `up` behind the switch before it, each
 * downward one at least `down`. With u upward and v downward ones after the first, u·up + v·down <= windowMs. Between
 * two upward ones, and before the first and behind the last, each downward one lowers the rung by one at least, so
 * there are no more than rungs − 1: v <= (u + 1)(rungs − 1). The first switch adds one.
 */
export function mostSwitches(
  { downDwellMs, upDwellMs }: SwitchLimits,
  rungs: number,
  windowMs: number,
): number {
  let most = 0;
  for (let up = 0; up * upDwellMs <= windowMs; up++) {
    const down = Math.min((up + 1) * (rungs - 1), Math.floor((windowMs - up * upDwellMs) / downDwellMs));
    most = Math.max(most, up + down);
  }
  return rungs > 1 ? 1 + most : 0;
}
