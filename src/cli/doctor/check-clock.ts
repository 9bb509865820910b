import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'clock';
/** Watched for so long. */
const WATCH_MS = 200;
/** How far the two clocks may part meanwhile. */
const TOLERANCE_MS = 20;

interface Clocks {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Time of day, milliseconds since the epoch. */
  readonly epochMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const REAL_CLOCKS: Clocks = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Keys expire, and answers and logs are dated, by the time of day; durations are measured without it.
 *
 * @param noEarlierThanMs a time that has certainly passed, since the epoch: when the model was made
 */
export async function checkClock(noEarlierThanMs: number, clocks: Clocks = REAL_CLOCKS): Promise<Finding> {
  const remedy = 'Set the clock, and keep it right with a time service (chrony, systemd-timesyncd).';
  const [startedAt, epochAt] = [clocks.now(), clocks.epochMs()];
  await clocks.sleep(WATCH_MS);
  const [elapsed, passed] = [clocks.now() - startedAt, clocks.epochMs() - epochAt];
  const told = new Date(epochAt).toISOString();
  if (epochAt < noEarlierThanMs) {
    return fail(CHECK, `${told}, which is before the model was made`, remedy);
  }
  if (Math.abs(passed - elapsed) > TOLERANCE_MS) {
    return warn(
      CHECK,
      `${told}; within ${Math.round(elapsed)} ms the time of day moved by ${passed} ms`,
      remedy,
    );
  }
  return ok(CHECK, told);
}
