import { type PacedRequest, strictestPaceMs } from './decode-pace.ts';
import { chunkMs, contextTokens } from './predicted-time.ts';
import { LEAST_PREFILL_SHARE, longestChunkMs } from './prefill-share.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * Prompt tokens of `request` to run in this step, beside `decodeMs` of decoding for `paced`; 0 to let this step pass.
 *
 * The chunk is the longest that fits the pace of those who decode (`longestChunkMs`), and it runs once the tokens they
 * have in hand pay for it: a chunk of a few tokens costs a whole pass over the weights, so a long one now and then is
 * worth more than a short one in every step. When they have nothing in hand, time since the last chunk began pays, at
 * a rate that gives prompts their least share: no prompt starves beside decoders that are late, however many.
 */
export function prefillChunkTokens(
  view: SchedulingView,
  request: RequestView,
  rung: number,
  decodeMs: number,
  paced: readonly PacedRequest[],
  taking: ReadonlySet<RequestView>,
): number {
  const wanted = wantedChunkTokens(view, request, rung, decodeMs, strictestPaceMs(paced));
  if (paced.length === 0) return wanted;
  let inHandMs = Number.POSITIVE_INFINITY;
  for (const { request: other, targetMs, dueAtMs } of paced) {
    if (targetMs === Number.POSITIVE_INFINITY) continue;
    // Its client sees this step's token behind the chunk, or the next one behind that and another step's decoding.
    const decoding = taking.has(other) ? decodeMs : 2 * decodeMs;
    inHandMs = Math.min(inHandMs, dueAtMs - view.nowMs - decoding);
  }
  const sinceMs = view.nowMs - (view.lastPrefillAtMs ?? Number.NEGATIVE_INFINITY);
  const affordable = Math.max(inHandMs, LEAST_PREFILL_SHARE * sinceMs);
  return chunkMs(view, rung, wanted, contextTokens(request)) <= affordable ? wanted : 0;
}

/** The longest chunk that is worth running beside `decodeMs` of decoding at a pace: at least one token. */
export function wantedChunkTokens(
  view: SchedulingView,
  request: RequestView,
  rung: number,
  decodeMs: number,
  strictestPaceMs: number,
): number {
  const most = Math.min(request.promptLeft, view.limits.prefillChunk);
  if (decodeMs <= 0 || strictestPaceMs === Number.POSITIVE_INFINITY) return most;
  return tokensWithin(view, rung, contextTokens(request), longestChunkMs(decodeMs, strictestPaceMs), most);
}

/** The most tokens whose chunk takes no longer than `ms`, from 1 to `most`. */
export function tokensWithin(
  view: SchedulingView,
  rung: number,
  context: number,
  ms: number,
  most: number,
): number {
  let fits = 1;
  let exceeds = most + 1;
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >>> 1;
    if (chunkMs(view, rung, middle, context) <= ms) fits = middle;
    else exceeds = middle;
  }
  return fits;
}
