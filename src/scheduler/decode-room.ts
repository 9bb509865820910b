import {
  type DecodeRow,
  decodeLoadMs,
  keepableTargetMs,
  type PacedRequest,
  strictestPaceMs,
} from './decode-pace.ts';
import { contextTokens, decodeMs } from './predicted-time.ts';
import { LEAST_PREFILL_SHARE } from './prefill-share.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * Whether `request` can begin to decode beside `paced`, at `rungOf`: all keep their targets, its own included, and
 * prompts their least share of the time.
 */
export function hasRoomFor(
  view: SchedulingView,
  request: RequestView,
  paced: readonly PacedRequest[],
  rungOf: (request: RequestView) => number,
): boolean {
  const rows: DecodeRow[] = paced.map(({ request: other, targetMs }) => ({
    rung: rungOf(other),
    context: contextTokens(other),
    paceMs: targetMs,
  }));
  rows.push({
    rung: rungOf(request),
    context: request.promptTokens,
    paceMs: keepableTargetMs(view, request),
  });
  const strictest = strictestPaceMs(rows);
  if (strictest === Number.POSITIVE_INFINITY) return true;
  return decodeLoadMs(view, rows) <= (1 - LEAST_PREFILL_SHARE) * strictest;
}

/** How many more rows could decode beside `rows` of them at one rung that take `loadMs`, at a pace; at most `most`. */
export function roomLeft(
  view: SchedulingView,
  rung: number,
  rows: number,
  contextOfOne: number,
  loadMs: number,
  paceMs: number,
  most: number,
): number {
  if (paceMs === Number.POSITIVE_INFINITY) return most;
  const oneMoreMs =
    decodeMs(view, rung, rows + 1, contextOfOne * (rows + 1)) -
    decodeMs(view, rung, rows, contextOfOne * rows);
  const spareMs = (1 - LEAST_PREFILL_SHARE) * paceMs - loadMs;
  const more = oneMoreMs > 0 ? Math.floor(spareMs / oneMoreMs) : most;
  return Math.max(0, Math.min(most, more));
}
