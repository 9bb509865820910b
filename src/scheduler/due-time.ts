import type { RequestView } from './scheduling-view.ts';

/** How long a request that missed its first token's due time may be overtaken, unless options say otherwise. */
export const PATIENCE_MS = 10_000;

/** When the first token is due by the request's target; of one preempted behind it, the next, as if it had come anew. */
export function firstTokenDueAtMs({
  arrivedAtMs,
  firstTokenAtMs,
  preemptedAtMs,
  level,
}: RequestView): number {
  const since = firstTokenAtMs === null ? arrivedAtMs : (preemptedAtMs ?? arrivedAtMs);
  return since + level.ttftMs;
}

/** When the next token of a request that decodes is due, if its tokens so far are to keep its target on average. */
export function nextTokenDueAtMs({ firstTokenAtMs, generatedTokens, level }: RequestView): number {
  if (firstTokenAtMs === null) throw new Error('A request without a first token has no next one.');
  return firstTokenAtMs + generatedTokens * level.tpotMs;
}
