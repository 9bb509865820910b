import { type DecodeRow, decodeLoadMs, keepableTargetMs, strictestPaceMs } from './decode-pace.ts';
import type { RungOf } from './precision-policy.ts';
import { contextTokens } from './predicted-time.ts';
import { LEAST_PREFILL_SHARE } from './prefill-share.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * The waiting requests of `ordered` that get a free slot, in that order. One whose tokens would break the pace of
 * those that hold slots, or could not keep their own beside them, is passed over: it waits for room, not for ever,
 * since whoever is `exempt` gets a slot all the same, and so does anyone while no slot is held.
 */
export function admitByRoom(
  view: SchedulingView,
  running: readonly RequestView[],
  ordered: readonly RequestView[],
  exempt: ReadonlySet<RequestView>,
  rungOf: RungOf,
): ReadonlySet<RequestView> {
  const holders = new Set(running);
  const decoding = running.filter(({ promptLeft }) => promptLeft === 0);
  const join = mostCommon(decoding.map(rungOf));
  const rows = running.map((request) => rowToCome(view, request, join, rungOf));
  const admitted = new Set<RequestView>();
  for (const request of ordered) {
    if (admitted.size >= view.freeSlots) break;
    if (holders.has(request)) continue;
    const row = rowToCome(view, request, join, rungOf);
    if (rows.length > 0 && !exempt.has(request) && !haveRoom(view, [...rows, row])) continue;
    admitted.add(request);
    rows.push(row);
  }
  return admitted;
}

/** Whether all rows can keep the strictest pace among them, and leave prompts their least share. */
function haveRoom(view: SchedulingView, rows: readonly DecodeRow[]): boolean {
  const strictest = strictestPaceMs(rows);
  if (strictest === Number.POSITIVE_INFINITY) return true;
  return decodeLoadMs(view, rows) <= (1 - LEAST_PREFILL_SHARE) * strictest;
}

/** A prompt will join the group that most are in, as far as its range lets it. */
function rowToCome(
  view: SchedulingView,
  request: RequestView,
  join: number | null,
  rungOf: RungOf,
): DecodeRow {
  const paceMs = keepableTargetMs(view, request);
  if (request.promptLeft === 0) return { rung: rungOf(request), context: contextTokens(request), paceMs };
  const rung = join === null ? rungOf(request) : Math.min(request.ceiling, Math.max(request.floor, join));
  return { rung, context: request.promptTokens, paceMs };
}

/** The highest of the most common; null of none. */
export function mostCommon(rungs: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const rung of rungs) counts.set(rung, (counts.get(rung) ?? 0) + 1);
  let best: number | null = null;
  for (const [rung, count] of counts) {
    const most = best === null ? 0 : (counts.get(best) ?? 0);
    if (count > most || (count === most && rung > (best ?? 0))) best = rung;
  }
  return best;
}
