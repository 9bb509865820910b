import { contextTokens, decodeMs } from './predicted-time.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** Of the time per token that is asked: what is aimed at, since who aims at the edge misses by every error. */
const AIM = 0.95;
/** Tokens over which what a request is ahead of its target, or behind, is spread. */
const SPREAD_TOKENS = 16;
/** Of the target: so much slower than it may a request go that is ahead … */
const AHEAD = 0.25;
/** … and so much faster is one made to go that is behind. */
const BEHIND = 0.5;
/** What a target is read as that the machine cannot keep even for one request: so many times what it takes. */
const UNKEEPABLE = 2;
/** Longest time between two tokens of a request without a target, while others press. */
const PAUSE_MS = 250;

/** A request that decodes, and how fast it has to. */
export interface PacedRequest {
  readonly request: RequestView;
  /** What it is to keep: a little less than asked, more where that cannot be kept; infinite without a target. */
  readonly targetMs: number;
  /** Milliseconds from token to token that keep its mean on target, given its tokens so far. */
  readonly paceMs: number;
  /** When its next token is due if its mean is to keep the target; infinite without one. */
  readonly dueAtMs: number;
}

/** A row of decode steps to come. */
export interface DecodeRow {
  readonly rung: number;
  readonly context: number;
  readonly paceMs: number;
}

/**
 * A request that is behind its target is made to go faster, and one that is ahead may go slower, by what spreads the
 * difference over some tokens. One that ends before it could catch up keeps the target and no more.
 */
export function paceOf(view: SchedulingView, request: RequestView): PacedRequest {
  const { firstTokenAtMs, lastTokenAtMs, generatedTokens, maxTokens } = request;
  const targetMs = keepableTargetMs(view, request);
  if (targetMs === Number.POSITIVE_INFINITY || firstTokenAtMs === null || lastTokenAtMs === null) {
    return { request, targetMs, paceMs: targetMs, dueAtMs: Number.POSITIVE_INFINITY };
  }
  const dueAtMs = firstTokenAtMs + generatedTokens * targetMs;
  const aheadMs = dueAtMs - targetMs - lastTokenAtMs;
  const lost = -aheadMs > (maxTokens - generatedTokens) * BEHIND * targetMs;
  const change = Math.min(AHEAD * targetMs, Math.max(-BEHIND * targetMs, aheadMs / SPREAD_TOKENS));
  return { request, targetMs, paceMs: lost ? targetMs : targetMs + change, dueAtMs };
}

/** Time per token that a request is held to; a target that is out of reach presses nobody else. */
export function keepableTargetMs(view: SchedulingView, request: RequestView): number {
  const { tpotMs } = request.level;
  if (tpotMs === Number.POSITIVE_INFINITY) return tpotMs;
  const context = contextTokens(request);
  let leastMs = Number.POSITIVE_INFINITY;
  // From the ceiling: where that keeps the target, which is the rule, nothing else is asked, not even to aim lower.
  for (let rung = request.ceiling; rung >= request.floor; rung--) {
    leastMs = Math.min(leastMs, decodeMs(view, rung, 1, context));
    if (leastMs <= tpotMs) return Math.max(leastMs, tpotMs * AIM);
  }
  return UNKEEPABLE * leastMs;
}

/** When a request that sits out this step must decode again at the latest. */
export function turnAtMs({ request, targetMs, dueAtMs }: PacedRequest): number {
  const pause = targetMs === Number.POSITIVE_INFINITY ? PAUSE_MS : Math.max(PAUSE_MS, targetMs);
  return Math.min(dueAtMs, (request.lastTokenAtMs ?? 0) + pause);
}

/** The strictest pace; infinite without rows. */
export function strictestPaceMs(rows: readonly { readonly paceMs: number }[]): number {
  let strictest = Number.POSITIVE_INFINITY;
  for (const { paceMs } of rows) if (paceMs < strictest) strictest = paceMs;
  return strictest;
}

/**
 * Predicted milliseconds of decoding per step, on average, when steps come at the strictest row's pace and a row that
 * bears k times that takes part in every k-th of them:
 *
 *     Σ over rungs of share · ms(rung, (Σ wᵢ) / share rows),   wᵢ = strictest / paceᵢ,   share = max wᵢ
 *
 * Without targets all wᵢ are 1, and this is what one pass over each group takes.
 */
export function decodeLoadMs(view: SchedulingView, rows: readonly DecodeRow[]): number {
  const strictest = strictestPaceMs(rows);
  const groups: { weight: number; share: number; rows: number; context: number }[] = [];
  for (const { rung, context, paceMs } of rows) {
    const weight = weightOf(paceMs, strictest);
    groups[rung] ??= { weight: 0, share: 0, rows: 0, context: 0 };
    const group = groups[rung];
    group.weight += weight;
    group.share = Math.max(group.share, weight);
    group.rows++;
    group.context += context;
  }
  return groups.reduce((sum, group, rung) => {
    const taking = Math.max(1, Math.ceil(group.weight / group.share - 1e-9));
    return sum + group.share * decodeMs(view, rung, taking, (group.context * taking) / group.rows);
  }, 0);
}

function weightOf(paceMs: number, strictest: number): number {
  if (strictest === Number.POSITIVE_INFINITY || paceMs <= strictest) return 1;
  return Math.min(1, strictest / (paceMs === Number.POSITIVE_INFINITY ? PAUSE_MS : paceMs));
}
