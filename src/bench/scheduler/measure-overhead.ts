import { median, percentile } from '../../numerics/index.ts';
import type { CostProfile } from '../../simulation/index.ts';
import { LoadedScheduler } from './loaded-scheduler.ts';

/** Overhead with one length of the queue. */
export interface Overhead {
  readonly queued: number;
  /** Median over rounds of the median step. */
  readonly medianMs: number;
  /** Least and greatest median of a round. */
  readonly medianRangeMs: readonly [number, number];
  /** Median over rounds of the 99th percentile. */
  readonly p99Ms: number;
  /** By what the passes would take: the median step, and all steps together, rare slow ones and disturbances too. */
  readonly medianShare: number;
  readonly share: number;
}

export interface OverheadOptions {
  readonly profile: CostProfile;
  readonly decoding: number;
  readonly queued: readonly number[];
  readonly rounds: number;
  readonly steps: number;
}

/** Steps before each round that are not counted: a compiler warms up, and a new queue is looked at for the first time. */
const WARM_UP = 200;

/** Queues of all lengths in turn, round by round, so that a disturbance meets all of them. */
export async function measureOverhead(options: OverheadOptions): Promise<Overhead[]> {
  const { profile, decoding, queued, rounds, steps } = options;
  const measured = queued.map(() => [] as Round[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, length] of queued.entries()) {
      const load = await LoadedScheduler.create(profile, decoding, length);
      measured[i]?.push(await measureRound(load, steps));
    }
  }
  return queued.map((length, i) => summarize(length, measured[i] ?? []));
}

interface Round {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly medianShare: number;
  readonly share: number;
}

async function measureRound(load: LoadedScheduler, steps: number): Promise<Round> {
  for (let i = 0; i < WARM_UP; i++) await load.step();
  const overheads: number[] = [];
  let modelMs = 0;
  for (let i = 0; i < steps; i++) {
    const cost = await load.step();
    overheads.push(cost.overheadMs);
    modelMs += cost.modelMs;
  }
  const total = overheads.reduce((sum, ms) => sum + ms, 0);
  const medianMs = median(overheads);
  return {
    medianMs,
    p99Ms: percentile(overheads, 0.99),
    medianShare: (medianMs * steps) / modelMs,
    share: total / modelMs,
  };
}

function summarize(queued: number, rounds: readonly Round[]): Overhead {
  const medians = rounds.map(({ medianMs }) => medianMs);
  return {
    queued,
    medianMs: median(medians),
    medianRangeMs: [Math.min(...medians), Math.max(...medians)],
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    medianShare: median(rounds.map(({ medianShare }) => medianShare)),
    share: median(rounds.map(({ share }) => share)),
  };
}
