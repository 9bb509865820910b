import { median, percentile } from '../../numerics/index.ts';
import type { CostProfile } from '../../simulation/index.ts';
import { LoadedScheduler } from './loaded-scheduler.ts';

/** Overhead with one length of the queue. */
export interface Overhead {
  readonly queued: number;
  readonly pressed: boolean;
  /** Rows that decode in a step, on average. */
  readonly rows: number;
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

/** Queues of all lengths in turn, with easy targets and with ones that are missed, round by round, so that a disturbance meets all of them. */
export async function measureOverhead(options: OverheadOptions): Promise<Overhead[]> {
  const { profile, decoding, queued, rounds, steps } = options;
  const loads = [false, true].flatMap((pressed) => queued.map((length) => ({ queued: length, pressed })));
  const measured = loads.map(() => [] as Round[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { queued: length, pressed }] of loads.entries()) {
      const load = await LoadedScheduler.create(profile, decoding, length, pressed);
      measured[i]?.push(await measureRound(load, steps));
    }
  }
  return loads.map((load, i) => ({ ...load, ...summarize(measured[i] ?? []) }));
}

interface Round {
  readonly rows: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly medianShare: number;
  readonly share: number;
}

async function measureRound(load: LoadedScheduler, steps: number): Promise<Round> {
  for (let i = 0; i < WARM_UP; i++) await load.step();
  const tokensBefore = load.tokens;
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
    rows: (load.tokens - tokensBefore) / steps,
    medianMs,
    p99Ms: percentile(overheads, 0.99),
    medianShare: (medianMs * steps) / modelMs,
    share: total / modelMs,
  };
}

function summarize(rounds: readonly Round[]): Omit<Overhead, 'queued' | 'pressed'> {
  const medians = rounds.map(({ medianMs }) => medianMs);
  return {
    rows: median(rounds.map(({ rows }) => rows)),
    medianMs: median(medians),
    medianRangeMs: [Math.min(...medians), Math.max(...medians)],
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    medianShare: median(rounds.map(({ medianShare }) => medianShare)),
    share: median(rounds.map(({ share }) => share)),
  };
}
