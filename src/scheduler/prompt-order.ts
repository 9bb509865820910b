import { SERVICE_TIERS } from '../core/index.ts';
import { firstTokenDueAtMs } from './due-time.ts';
import type { RequestView } from './scheduling-view.ts';

/** Charges that differ by less count as equal, so that fairness does not undo the order of urgency. */
const EQUAL_CHARGE_MS = 1000;

/** Prompts by urgency. */
export interface PromptOrder {
  /** Those that can have their first token by its due time, all of them in this order: by due time. */
  readonly onTime: readonly RequestView[];
  /** Due time and patience are over; by due time. They may not be overtaken for ever. */
  readonly overdue: readonly RequestView[];
  /** Past their due time, or sure to miss it; least charged owner first, then by due time. */
  readonly late: readonly RequestView[];
}

/**
 * Puts prompts in order, given how long each takes.
 *
 * On time: earliest due time first, which meets all due times if any order does. When one cannot be met, someone has
 * to be late, and it is whoever costs the others least: of the lowest tier, then of the owner that was charged most
 * (by whole seconds), then the one that takes longest for its weight. With one tier, owner and weight this leaves as
 * many on time as can be.
 *
 * Source: J. M. Moore, "An n Job, One Machine Sequencing Algorithm for Minimizing the Number of Late Jobs",
 * Management Science 15(1), 1968.
 *
 * @param msOf predicted milliseconds from the prompt's first chunk to its end, with what runs beside it
 */
export function orderPrompts(
  prompts: readonly RequestView[],
  nowMs: number,
  msOf: (request: RequestView) => number,
  patienceMs: number,
): PromptOrder {
  const onTime: { request: RequestView; ms: number }[] = [];
  const overdue: RequestView[] = [];
  const late: RequestView[] = [];
  let busyMs = 0;
  for (const request of prompts.toSorted(byDueTime)) {
    const leftMs = firstTokenDueAtMs(request) - nowMs;
    const ms = msOf(request);
    if (leftMs < -patienceMs) overdue.push(request);
    else if (leftMs < ms) late.push(request);
    else {
      onTime.push({ request, ms });
      busyMs += ms;
      while (busyMs > leftMs) {
        const dropped = dearest(onTime);
        busyMs -= dropped.ms;
        onTime.splice(onTime.indexOf(dropped), 1);
        late.push(dropped.request);
      }
    }
  }
  return { onTime: onTime.map(({ request }) => request), overdue, late: late.sort(byCharge) };
}

const tierRank = ({ level }: RequestView): number => SERVICE_TIERS.indexOf(level.tier);

function byDueTime(a: RequestView, b: RequestView): number {
  return (
    compare(firstTokenDueAtMs(a), firstTokenDueAtMs(b)) || compare(a.account.chargedMs, b.account.chargedMs)
  );
}

function byCharge(a: RequestView, b: RequestView): number {
  return (
    tierRank(a) - tierRank(b) ||
    compare(a.account.chargedMs, b.account.chargedMs) ||
    compare(firstTokenDueAtMs(a), firstTokenDueAtMs(b))
  );
}

/** The one whose lateness costs least and gains most. */
function dearest<T extends { request: RequestView; ms: number }>(jobs: readonly T[]): T {
  return jobs.reduce((worst, job) => (dearer(job, worst) ? job : worst));
}

function dearer(a: { request: RequestView; ms: number }, b: { request: RequestView; ms: number }): boolean {
  const tiers = tierRank(a.request) - tierRank(b.request);
  if (tiers !== 0) return tiers > 0;
  const charges = seconds(a.request) - seconds(b.request);
  if (charges !== 0) return charges > 0;
  return a.ms / a.request.level.weight > b.ms / b.request.level.weight;
}

function seconds({ account }: RequestView): number {
  return Math.floor(account.chargedMs / EQUAL_CHARGE_MS);
}

/** Infinite numbers are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
