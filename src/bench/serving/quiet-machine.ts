import { setTimeout as sleep } from 'node:timers/promises';
import { watchOthers } from './other-processes.ts';

const OBSERVED_MS = 2_000;
/** Share of the processors that counts as quiet. */
const QUIET = 0.1;

/** Waits until other programs leave the machine alone, for `mostMs` at most. */
export async function quietMachine(mostMs: number): Promise<void> {
  const endMs = performance.now() + mostMs;
  while (performance.now() < endMs) {
    const endWatch = await watchOthers([process.pid]);
    await sleep(OBSERVED_MS);
    if (((await endWatch()) ?? 0) < QUIET) return;
  }
}
