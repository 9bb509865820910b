/** Of the machine's time, what prompts get at least while there are any, however late the tokens of others are. */
export const LEAST_PREFILL_SHARE = 0.15;

/** Of decode time: a step with a chunk takes at most so many times one without, beyond what the pace allows. */
const STALL = 2;

/** The longest chunk beside `decodeMs` of decoding, milliseconds: what the pace leaves, or as much as decoding takes. */
export function longestChunkMs(decodeMs: number, strictestPaceMs: number): number {
  return Math.max(strictestPaceMs - decodeMs, (STALL - 1) * decodeMs);
}

/**
 * Share of the machine's time that prompts get beside `decodeMs` of decoding per step: what the pace leaves, no more
 * than chunks of `fullChunkMs` fill, and no less than their least.
 */
export function prefillShare(decodeMs: number, strictestPaceMs: number, fullChunkMs: number): number {
  if (decodeMs <= 0) return 1;
  const left = 1 - decodeMs / strictestPaceMs;
  const filled = fullChunkMs / (decodeMs + fullChunkMs);
  return Math.max(LEAST_PREFILL_SHARE, Math.min(left, filled));
}
