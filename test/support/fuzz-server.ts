import fc from 'fast-check';
import { expect } from 'vitest';
import { residentBytes } from './resident-bytes.ts';
import type { ServerProcess, SpawnOptions } from './spawn-server.ts';
import { until } from './until.ts';

// QUEPT_FUZZ_RUNS=20000 for the full number; QUEPT_FUZZ_SEED repeats a run.
const WANTED_RUNS = process.env.QUEPT_FUZZ_RUNS;
const SEED = Number(process.env.QUEPT_FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
const MAY_GROW_BYTES = 64e6;
const READINGS = 10;
const IDLE = [/^vllm:num_requests_running(\{.*\})? 0$/m, /^vllm:num_requests_waiting(\{.*\})? 0$/m];

/**
 * For a server that is fuzzed: a heap of at most so many megabytes. With room, garbage is left lying until it is several
 * times as much as what lives, and memory says nothing of what is lost; here what is lost soon ends the server.
 */
export const SMALL_HEAP: SpawnOptions = { env: { NODE_OPTIONS: '--max-old-space-size=96' } };

/** Requests of a fuzz test: `fallback` unless the environment says otherwise. */
export function fuzzRuns(fallback: number): number {
  return Number(WANTED_RUNS ?? fallback);
}

interface Fuzz<Request> {
  readonly server: ServerProcess;
  readonly runs: number;
  readonly requests: fc.Arbitrary<Request>;
  /** Sends one, and says what is wrong with its answer; null for nothing. */
  readonly fault: (request: Request) => Promise<string | null>;
  readonly onRound?: (rounds: number) => void;
  /** How often each answer came. */
  readonly seen: ReadonlyMap<number, number>;
}

/** Sends random requests, several at once: every answer is in order, and the server is as idle and as large as before. */
export async function fuzzServer<Request>({ server, runs, requests, ...fuzz }: Fuzz<Request>): Promise<void> {
  const numRuns = Math.ceil(runs / AT_ONCE);
  /** Memory at each tenth of the way. */
  const resident: (number | null)[] = [];
  let rounds = 0;
  const fromMs = performance.now();
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (round) => {
      const faults = await Promise.all(round.map(fuzz.fault));
      expect(faults.filter((found) => found !== null)).toEqual([]);
      rounds++;
      fuzz.onRound?.(rounds);
      if (rounds % Math.ceil(numRuns / READINGS) === 0) resident.push(residentBytes(server));
    }),
    // What has failed is told by `fault`, in short; smaller cases would have to be sent one by one.
    { numRuns, seed: SEED, endOnFailure: true },
  );
  const seconds = (performance.now() - fromMs) / 1000;
  // Before anything is judged: who looks for what has grown needs these figures most.
  if (WANTED_RUNS !== undefined) {
    const seen = Object.fromEntries(fuzz.seen);
    console.info(JSON.stringify({ runs: rounds * AT_ONCE, seed: SEED, seconds, resident, seen }));
  }
  await until(async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return IDLE.every((idle) => idle.test(metrics));
  }, 'an idle server');
  expect(rounds).toBe(numRuns);
  // Garbage makes it rise and fall by tens of megabytes, so it is no use to look once. Half way everything has been
  // used that is used at all.
  const known = resident.filter((bytes) => bytes !== null);
  if (known.length === resident.length) {
    expect(Math.min(...known.slice(-4)) - Math.max(...known.slice(0, READINGS / 2))).toBeLessThan(
      MAY_GROW_BYTES,
    );
  }
  expect(server.stderr()).not.toContain('request failed');
}
