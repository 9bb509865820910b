/** Of the machine's time, what prompts get at least while there are any, however late the tokens of others are. */
export const LEAST_PREFILL_SHARE = 0.15;

/** A step with a chunk takes at most so many times the strictest pace … */
const STALL_IN_PACES = 1.75;
/** … or so many times what decoding alone takes, where that is more. */
const STALL_IN_STEPS = 2;

/**
 * The longest chunk beside `decodeMs` of decoding, milliseconds. Longer ones would be cheaper by the token, since each
 * costs a whole pass over the weights, but are felt as a gap by those who read along.
 */
export function longestChunkMs(decodeMs: number, strictestPaceMs: number): number {
  return Math.max(STALL_IN_PACES * strictestPaceMs - decodeMs, (STALL_IN_STEPS - 1) * decodeMs);
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
