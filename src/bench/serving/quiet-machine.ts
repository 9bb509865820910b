import { otherLoad } from '../engine/other-load.ts';

const OBSERVED_MS = 2_000;
/** Share of the processors that counts as quiet. */
const QUIET = 0.1;

/**
 * Waits until other programs leave the machine alone, for `mostMs` at most, and tells what share of it they took when
 * last seen.
 */
export async function quietMachine(mostMs: number): Promise<number> {
  const endMs = performance.now() + mostMs;
  for (;;) {
    const others = await otherLoad(OBSERVED_MS);
    if (others < QUIET || performance.now() >= endMs) return others;
  }
}
