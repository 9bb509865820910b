import { QueptError, type ServiceTier } from '../core/index.ts';
import { type Bursts, evenTimes, inBursts, poissonTimes } from './arrival-times.ts';
import { drawLength, type LengthDistribution } from './length-distribution.ts';
import { RandomStream, STREAMS } from './random-stream.ts';
import { drawTier, type TierMix } from './tier-mix.ts';
import type { TraceRow } from './trace.ts';

/** When requests come: at the times of the trace, at even distances, or as a Poisson process. */
export type ArrivalKind = 'trace' | 'even' | 'poisson';

export interface WorkloadOptions {
  /** Lengths, and for `trace` times; null where `lengths` gives them. */
  readonly trace: readonly TraceRow[] | null;
  readonly arrivals: ArrivalKind;
  /** For requests that follow no trace. */
  readonly lengths: { readonly prompt: LengthDistribution; readonly output: LengthDistribution };
  readonly rate: ArrivalRate;
  readonly bursts: Bursts | null;
  /** What comes later is cut off; null for all. At least one of these, or a trace, ends the workload. */
  readonly durationMs: number | null;
  readonly requests: number | null;
  readonly tiers: TierMix;
  /** Longest sequence, tokens. */
  readonly contextLength: number;
  readonly seed: number;
}

/**
 * Mean requests per second, or a multiple of the trace's own. A trace at a rate is stretched so that the part of it
 * that is used comes at that very rate, however busy that part is within the whole.
 */
export type ArrivalRate =
  | { readonly kind: 'per-second'; readonly value: number }
  | { readonly kind: 'scale'; readonly factor: number };

/** One request to come. */
export interface Arrival {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly tier: ServiceTier;
}

export interface Workload {
  /** At least one, in order of time. */
  readonly arrivals: readonly Arrival[];
  /** Requests whose prompt or output did not fit into the context. */
  readonly clippedPrompts: number;
  readonly clippedOutputs: number;
  /** From 0 to its end: the cut by time, or the last arrival and one mean gap. */
  readonly spanMs: number;
}

/**
 * Requests with times, lengths and tiers; equal options give equal ones, and another rate the same requests at other
 * times. Lengths come from the trace, in its order, or in random order for Poisson arrivals.
 *
 * Throws QueptError `invalid_usage` when nothing arrives.
 */
export function createWorkload(options: WorkloadOptions): Workload {
  const { durationMs, tiers, seed, contextLength } = options;
  const tierDraws = new RandomStream(seed, STREAMS.tiers);
  const lengths = requestLengths(options);
  const times = arrivalTimes(options);
  const arrivals: Arrival[] = [];
  let clippedPrompts = 0;
  let clippedOutputs = 0;
  for (const atMs of times.arrivals) {
    const asked = lengths.next().value;
    if (asked === undefined) break;
    const fitting = clip(asked, contextLength);
    if (fitting.promptTokens < asked.promptTokens) clippedPrompts++;
    if (fitting.outputTokens < asked.outputTokens) clippedOutputs++;
    arrivals.push({ atMs, ...fitting, tier: drawTier(tiers, tierDraws.uniform()) });
  }
  const last = arrivals.at(-1);
  if (last === undefined) {
    throw new QueptError('invalid_usage', 'No request arrives in this time. Raise the rate or the minutes.');
  }
  // Without a cut by time the last request has a gap of its own, as all others.
  const spanMs = times.cut() && durationMs !== null ? durationMs : last.atMs + 1000 / times.perSecond;
  return { arrivals, clippedPrompts, clippedOutputs, spanMs };
}

/** Requests per second of a trace, from its first arrival to a mean gap after its last. */
export function traceRate(trace: readonly TraceRow[] | null): number {
  const lastMs = trace?.at(-1)?.atMs ?? 0;
  if (trace === null || lastMs === 0) {
    throw new QueptError(
      'invalid_usage',
      'There is no trace with a rate of its own. Name a rate with --poisson.',
    );
  }
  return (1000 * (trace.length - 1)) / lastMs;
}

interface ArrivalTimes {
  readonly perSecond: number;
  readonly arrivals: Iterable<number>;
  /** Whether, once all were taken, it was time that ended them. */
  readonly cut: () => boolean;
}

function arrivalTimes(options: WorkloadOptions): ArrivalTimes {
  const { durationMs, requests, bursts } = options;
  const part = usedPart(options);
  const perSecond = meanRate(options, part);
  let cut = false;
  function* limited(): Generator<number> {
    let taken = 0;
    for (const steadyMs of steadyTimes(options, part, perSecond)) {
      if (taken++ === requests) return;
      const atMs = bursts === null ? steadyMs : inBursts(steadyMs, bursts);
      cut = durationMs !== null && atMs >= durationMs;
      if (cut) return;
      yield atMs;
    }
  }
  return { perSecond, arrivals: limited(), cut: () => cut };
}

/** The first rows of the trace, as many as arrive at the rate that is asked for. */
function usedPart({ trace, rate, durationMs, requests }: WorkloadOptions): readonly TraceRow[] | null {
  if (trace === null || rate.kind === 'scale') return trace;
  const inTime = durationMs === null ? trace.length : Math.round((rate.value * durationMs) / 1000);
  return trace.slice(0, Math.max(2, Math.min(inTime, requests ?? trace.length)));
}

function meanRate({ trace, rate }: WorkloadOptions, part: readonly TraceRow[] | null): number {
  return rate.kind === 'per-second' ? rate.value : rate.factor * traceRate(part ?? trace);
}

function steadyTimes(
  { arrivals, seed }: WorkloadOptions,
  part: readonly TraceRow[] | null,
  perSecond: number,
): Iterable<number> {
  if (arrivals === 'poisson') return poissonTimes(perSecond, seed);
  if (arrivals === 'even' || part === null) return evenTimes(perSecond);
  const scale = perSecond / traceRate(part);
  return part.map(({ atMs }) => atMs / scale);
}

interface Lengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

function* requestLengths({ trace, arrivals, lengths, seed }: WorkloadOptions): Generator<Lengths, undefined> {
  const random = new RandomStream(seed, STREAMS.lengths);
  if (trace === null) {
    for (;;) {
      yield {
        promptTokens: drawLength(lengths.prompt, random),
        outputTokens: drawLength(lengths.output, random),
      };
    }
  }
  if (arrivals !== 'poisson') {
    yield* trace;
    return;
  }
  for (;;) {
    const row = trace[Math.floor(random.uniform() * trace.length)];
    if (row === undefined) return;
    yield row;
  }
}

/** Output keeps up to half of the context; the prompt gets what that leaves, as a client drops its oldest turns. */
function clip({ promptTokens, outputTokens }: Lengths, contextLength: number): Lengths {
  const output = Math.min(outputTokens, Math.floor(contextLength / 2));
  return { promptTokens: Math.min(promptTokens, contextLength - output), outputTokens: output };
}
