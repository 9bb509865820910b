import { QueptError } from '../core/index.ts';
import { PATIENCE_MS } from './due-time.ts';
import { type PromptCaps, rungUnder } from './first-token-outlook.ts';
import { type GroupedRows, mergeUpwards } from './group-merging.ts';
import type { PrecisionPolicy, RungCause, RungOf } from './precision-policy.ts';
import { losesLess, lossByTier, lossOfLadder } from './quality-loss.ts';
import { degradations } from './rung-assignment.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';
import { SloForecast } from './slo-forecast.ts';
import { requireSwitchLimits, SWITCH_LIMITS, type SwitchLimits } from './switch-limits.ts';

export interface SloOptions {
  readonly switchLimits?: SwitchLimits;
  /** Better precision is taken up only when targets would be kept with times longer by this part, >= 0. */
  readonly margin?: number;
  /**
   * First tokens are to come so many times sooner than they are due, >= 1: what is left over is for requests yet to
   * come, which a queue that just meets its due times would make late.
   */
  readonly reserve?: number;
  /** As `DeadlineOptions.patienceMs`. */
  readonly patienceMs?: number;
}

const MARGIN = 0.1;
const RESERVE = 2;

/** How a step runs: rungs of those that decode, and of prompts. */
interface Choice {
  readonly decode: GroupedRows;
  readonly caps: PromptCaps;
  readonly cause: RungCause;
  /** For whoever reads decisions. */
  readonly because: string;
}

/**
 * The best predicted quality that meets predicted targets.
 *
 * Predicted are, for an assignment of rungs to requests, the time of a decode step (every group costs a pass of its
 * own) and when each prompt's first token comes beside such steps. Targets are met when the step keeps the strictest
 * pace (`paceOf`), with a part of the time left to prompts while there are any, and all first tokens are due later
 * than they come (`FirstTokenOutlook`).
 *
 * Quality is given up in this order, and no more of it than meets the targets: prompts first, since that is no switch
 * and costs no pass; then those that decode, in the order of `degradations`: flex, default, priority, within a tier
 * the smallest loss and the owners that lost least. Groups that others can join for nothing are promoted. When nothing
 * meets the targets, the fastest assignment runs. Pinned requests stay where they are, and all others in their ranges.
 *
 * Hysteresis: requests that decode stay at their rungs while that meets the targets. They go up only when targets
 * would be met with a `margin`, and one more request could join them, and only to lose less. With `switchLimits` this bounds switches: each request sees at
 * most `mostSwitches(switchLimits, rungs, windowMs)` in any window, whatever the load and however wrong the
 * predictions; with the defaults and two rungs 30 a minute, with four 52. Below capacity there is none: a request
 * starts at its ceiling and has no reason to leave it.
 */
export function createSloPolicy(options: SloOptions = {}): PrecisionPolicy {
  const { switchLimits = SWITCH_LIMITS, patienceMs = PATIENCE_MS } = options;
  const { margin = MARGIN, reserve = RESERVE } = options;
  requireSwitchLimits(switchLimits);
  requireFactors(margin, reserve);
  return (view) => {
    const forecast = new SloForecast(view, { switchLimits, patienceMs, reserve });
    return rungsBy(view, forecast, choose(view, forecast, 1 + margin));
  };
}

function choose(view: SchedulingView, forecast: SloForecast, safety: number): Choice {
  const stay = forecast.overloaded ? null : unchanged(forecast);
  if (stay !== null) return improved(view, forecast, stay, safety);
  const { fastest } = forecast;
  const need = forecast.overloaded
    ? {
        cause: 'overload' as const,
        because: 'overloaded: first tokens cannot be kept up with, as fast as may be',
      }
    : { cause: 'unreachable' as const, because: 'nothing meets the targets: as fast as may be' };
  const inNeed = { decode: fastest, caps: forecast.capsInNeed(fastest), ...need };
  if (forecast.overloaded || forecast.capsThatMeet(fastest) === null) return inNeed;
  for (const rungs of degradations(forecast.candidates)) {
    const decode = mergeUpwards(view, forecast.rows, rungs);
    const caps = forecast.capsThatMeet(decode);
    if (caps !== null) {
      return { decode, caps, cause: 'targets', because: 'gives up no more than meets the targets' };
    }
  }
  return inNeed;
}

/** The best choice that switches nobody; null when none meets the targets. */
function unchanged(forecast: SloForecast): Choice | null {
  for (const decode of forecast.unchanged()) {
    const caps = forecast.capsThatMeet(decode);
    if (caps !== null) {
      return { decode, caps, cause: 'targets', because: 'meets the targets without a switch' };
    }
  }
  return null;
}

/** The best assignment that meets targets with safety, if it loses less than what meets them without a change. */
function improved(view: SchedulingView, forecast: SloForecast, stay: Choice, safety: number): Choice {
  const lossOf = lossOfLadder(view.ladder);
  const requests = forecast.candidates.map(({ request }) => request);
  const stayLoss = lossByTier(requests, stay.decode.rungs, lossOf);
  for (const rungs of degradations(forecast.candidates)) {
    if (!losesLess(lossByTier(requests, rungs, lossOf), stayLoss)) break;
    const decode = mergeUpwards(view, forecast.rows, rungs);
    const caps = forecast.capsThatMeet(decode, safety);
    if (caps !== null) {
      return { decode, caps, cause: 'headroom', because: 'goes up: targets are met with a margin' };
    }
  }
  return stay;
}

function rungsBy(
  view: SchedulingView,
  forecast: SloForecast,
  { decode, caps, cause, because }: Choice,
): RungOf {
  const rungs = new Map(forecast.candidates.map(({ request }, i) => [request.id, decode.rungs[i]]));
  const rungOf = (request: RequestView): number =>
    rungs.get(request.id) ?? rungUnder(request, caps, forecast.prefill);
  let reasons: ReadonlyMap<string, string> | null = null;
  const why = (id: string): string | null => {
    reasons ??= reasonsFor(view, rungOf, because);
    return reasons.get(id) ?? null;
  };
  return Object.assign(rungOf, { why, cause });
}

/** None for a request that is where it would be at rest: at its ceiling, and not just now. */
function reasonsFor(view: SchedulingView, rungOf: RungOf, because: string): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const request of [...view.running, ...view.waiting]) {
    const { id, ceiling, floor, lastRung } = request;
    if (floor === ceiling) reasons.set(id, 'pinned');
    else if (rungOf(request) < ceiling || (lastRung ?? ceiling) < ceiling) reasons.set(id, because);
  }
  return reasons;
}

function requireFactors(margin: number, reserve: number): void {
  if (margin >= 0 && reserve >= 1) return;
  throw new QueptError('invalid_config', 'slo: margin must be 0 or more, and reserve 1 or more.');
}
