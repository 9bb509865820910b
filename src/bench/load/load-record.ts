import type { ServiceTier } from '../../core/index.ts';
import type { PrecisionServed } from './read-stream.ts';

/**
 * What became of a request. `refused`: answered with another status than 200; `broken`: the stream broke off, or told
 * an error; `failed`: no answer for want of a connection; `timed-out`: took longer than was waited; `unfinished`: still
 * under way when the run ended; `dropped`: never sent, since too many were under way.
 */
export const OUTCOMES = [
  'completed',
  'refused',
  'broken',
  'failed',
  'timed-out',
  'unfinished',
  'dropped',
] as const;

export type LoadOutcome = (typeof OUTCOMES)[number];

/** A request to be sent at its time. */
export interface ScheduledRequest {
  /** From the start of the run. */
  readonly atMs: number;
  readonly tier: ServiceTier;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** One request as its client saw it. Times in milliseconds from the start of the run. */
export interface LoadRecord {
  readonly request: ScheduledRequest;
  readonly outcome: LoadOutcome;
  /** What went wrong: `503 overloaded`, `ECONNRESET`, `cut`; null for nothing. */
  readonly fault: string | null;
  /** Null for a dropped one. */
  readonly sentAtMs: number | null;
  readonly endedAtMs: number;
  /** When each chunk with text came. */
  readonly textAtMs: readonly number[];
  /** As the server counts them, or by chunks where it does not. */
  readonly outputTokens: number;
  readonly countedBy: 'usage' | 'chunks';
  /** Null where the server tells none. */
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly precision: PrecisionServed | null;
  readonly servedTier: string | null;
}

/** First token − scheduled time: waiting for anything whatever counts; null without a token. */
export function ttftMs({ request, textAtMs }: LoadRecord): number | null {
  const [first] = textAtMs;
  return first === undefined ? null : first - request.atMs;
}

/** (last − first)/(n − 1), n tokens; null below two tokens, and for an answer that did not come to its end. */
export function tpotMs({ outcome, textAtMs, outputTokens }: LoadRecord): number | null {
  const [first, last] = [textAtMs[0], textAtMs.at(-1)];
  if (outcome !== 'completed' || outputTokens < 2 || first === undefined || last === undefined) return null;
  return (last - first) / (outputTokens - 1);
}

/** End − scheduled time, of an answer that came to its end. */
export function wholeMs({ outcome, request, endedAtMs }: LoadRecord): number | null {
  return outcome === 'completed' ? endedAtMs - request.atMs : null;
}

/** Between neighbouring chunks with text. */
export function gapsMs({ textAtMs }: LoadRecord): number[] {
  return textAtMs.slice(1).map((at, i) => at - (textAtMs[i] ?? at));
}
