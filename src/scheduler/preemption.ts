import { SERVICE_TIERS } from '../core/index.ts';
import { type DecodeRow, decodeLoadMs } from './decode-pace.ts';
import { firstTokenDueAtMs } from './due-time.ts';
import { contextTokens } from './predicted-time.ts';
import { LEAST_PREFILL_SHARE } from './prefill-share.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

export interface PreemptionLimits {
  /** A request keeps its slot once it has given it back so often. */
  readonly most: number;
  /** A request that may generate no more than so many tokens is let finish. */
  readonly aboutToEndTokens: number;
}

export const PREEMPTION_LIMITS: PreemptionLimits = { most: 2, aboutToEndTokens: 16 };

/** Output length to expect before any request has ended. */
const OUTPUT_TOKENS = 64;

/** Who has to give a slot to whom. */
export interface SlotExchange {
  readonly from: RequestView;
  readonly to: RequestView;
}

/**
 * Whether a request that runs gives its slot to one of a higher tier that waits. Rows are as long as the context, so
 * requests that run are never short of memory: slots are what can be short.
 *
 * It does, when all slots are taken, for the first of `onTime` that has no slot, if that can have its first token by
 * its due time only without waiting for a slot: until one comes free on its own it takes, with R requests running,
 *
 *     mean output tokens · ms of a decode step / R
 *
 * The slot is that of a lower tier, the lowest first, then of who has least to compute again. Nobody gives it back
 * more often than `limits` allow, so that work done twice has a bound, and none that is about to end. One slot a
 * step, so that the next decision sees what the last one came to.
 *
 * @param takes predicted milliseconds from a prompt's first chunk to its end
 */
export function slotExchange(
  view: SchedulingView,
  onTime: readonly RequestView[],
  running: readonly RequestView[],
  takes: (request: RequestView) => number,
  rows: readonly DecodeRow[],
  limits: PreemptionLimits,
): SlotExchange | null {
  if (view.freeSlots > 0) return null;
  const to = onTime.find((request) => !running.includes(request));
  if (to === undefined) return null;
  const leftMs = firstTokenDueAtMs(to) - view.nowMs - takes(to);
  if (leftMs >= turnoverMs(view, rows, running.length)) return null;
  const candidates = running.filter(
    (request) => tierRank(request) > tierRank(to) && mayYield(request, limits),
  );
  const [from] = candidates.sort(
    (a, b) =>
      tierRank(b) - tierRank(a) || contextTokens(a) - contextTokens(b) || b.arrivedAtMs - a.arrivedAtMs,
  );
  return from === undefined ? null : { from, to };
}

/** Until one of those that run ends, on average. */
function turnoverMs(view: SchedulingView, rows: readonly DecodeRow[], running: number): number {
  const stepMs = decodeLoadMs(view, rows) / (1 - LEAST_PREFILL_SHARE);
  return ((view.meanOutputTokens ?? OUTPUT_TOKENS) * stepMs) / Math.max(1, running);
}

function mayYield(request: RequestView, { most, aboutToEndTokens }: PreemptionLimits): boolean {
  const { preemptions, maxTokens, generatedTokens } = request;
  return preemptions < most && maxTokens - generatedTokens > aboutToEndTokens;
}

function tierRank({ level }: RequestView): number {
  return SERVICE_TIERS.indexOf(level.tier);
}
