/**
 * Arguments of a server whose requests have targets that any machine meets: under those of the server itself a busy
 * machine runs fewer requests side by side, and holds the others back.
 */
export const NO_HURRY = ['--tiers', JSON.stringify({ default: { ttftMs: 600_000, tpotMs: 60_000 } })];
