import { QueptError } from '../../core/index.ts';
import {
  type ArrivalKind,
  createWorkload,
  DEFAULT_TIERS,
  type LengthDistribution,
  scaleLengths,
  type TierMix,
  type TraceRow,
  thinTrace,
  type Workload,
} from '../../simulation/index.ts';

export interface ScheduleOptions {
  readonly arrivals: ArrivalKind;
  /** Of gamma arrivals: standard deviation of the gaps by their mean. */
  readonly gapVariation: number;
  /** Lengths, and for `trace` the times too; null where `lengths` gives them. */
  readonly trace: readonly TraceRow[] | null;
  /** The trace's times are divided by this, its lengths multiplied by that. */
  readonly speed: number;
  readonly lengthScale: number;
  readonly lengths: { readonly prompt: LengthDistribution; readonly output: LengthDistribution };
  readonly warmupSeconds: number;
  /** Behind the warm-up. */
  readonly seconds: number;
  /** Null for requests that name no tier. */
  readonly tiers: TierMix | null;
  /** Longest sequence, tokens; null for no bound. */
  readonly contextLength: number | null;
  readonly seed: number;
}

/**
 * What is due, and when.
 *
 * @param rate requests per second: of a trace so many are kept; null for all of it
 * Throws QueptError `invalid_usage` when nothing comes, or a trace has fewer.
 */
export function loadSchedule(options: ScheduleOptions, rate: number | null): Workload {
  const { arrivals, trace, lengthScale, speed, contextLength } = options;
  const totalMs = 1000 * (options.warmupSeconds + options.seconds);
  const follows = arrivals === 'trace' && trace !== null;
  const scaled = trace?.map((row) => scaleLengths(row, lengthScale)) ?? null;
  const rows = follows && rate !== null ? thinned(trace, options, rate) : scaled;
  if (!follows && rate === null) throw new RangeError('Only a trace has a rate of its own.');
  const workload = createWorkload({
    trace: rows,
    arrivals,
    gapVariation: options.gapVariation,
    lengths: options.lengths,
    rate: follows ? { kind: 'scale', factor: speed } : { kind: 'per-second', value: rate ?? 1 },
    bursts: null,
    durationMs: totalMs,
    requests: null,
    tiers: options.tiers ?? DEFAULT_TIERS,
    contextLength: contextLength ?? Number.POSITIVE_INFINITY,
    seed: options.seed,
  });
  const isCut = follows && (trace.at(-1)?.atMs ?? 0) / speed >= totalMs;
  const spanMs = isCut ? totalMs : Math.min(totalMs, workload.spanMs);
  if (spanMs > 1000 * options.warmupSeconds) return { ...workload, spanMs };
  throw new QueptError(
    'invalid_usage',
    `--warmup: the trace is over after ${(spanMs / 1000).toFixed(1)} s, so nothing would be measured. Shorten the warm-up, or lower --speed.`,
  );
}

function thinned(
  trace: readonly TraceRow[],
  { speed, lengthScale, warmupSeconds, seconds }: ScheduleOptions,
  rate: number,
): TraceRow[] {
  const endMs = (trace.at(-1)?.atMs ?? 0) + 1;
  const spanMs = Math.min(endMs, 1000 * (warmupSeconds + seconds) * speed);
  const requests = Math.round((rate * spanMs) / 1000 / speed);
  if (requests >= 2) return thinTrace(trace, { spanMs, requests, lengthScale });
  throw new QueptError(
    'invalid_usage',
    `--rate: ${rate} requests/s leave ${requests} of the trace in this time. Raise the rate, or --seconds.`,
  );
}
