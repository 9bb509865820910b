/** A period that slides, counted in slots. */
export interface LimitWindow {
  readonly periodMs: number;
  readonly slotMs: number;
}

/**
 * A count leaves with the end of its slot, one period later: it stays for a period at least, and one slot more at most.
 * So a limit per minute holds in every minute, wherever it begins.
 */
const SLOTS = 60;

const windowOf = (periodMs: number): LimitWindow => ({ periodMs, slotMs: periodMs / SLOTS });

export const MINUTE = windowOf(60_000);
export const DAY = windowOf(86_400_000);
