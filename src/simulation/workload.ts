import { QueptError, type ServiceLevel, type ServiceTier } from '../core/index.ts';
import { type Bursts, evenTimes, gammaTimes, inBursts, poissonTimes } from './arrival-times.ts';
import { drawLength, type LengthDistribution } from './length-distribution.ts';
import { RandomStream, STREAMS } from './random-stream.ts';
import { inStep, type StepChange } from './step-change.ts';
import { drawTier, type TierMix } from './tier-mix.ts';
import type { TraceRow } from './trace.ts';

/** When requests come: at the times of the trace, at even distances, or at random with exponential or gamma gaps. */
export type ArrivalKind = 'trace' | 'even' | 'poisson' | 'gamma';

export interface WorkloadOptions {
  /** Lengths, and for `trace` times; null where `lengths` gives them. */
  readonly trace: readonly TraceRow[] | null;
  readonly arrivals: ArrivalKind;
  /** Of gamma arrivals: standard deviation of the gaps by their mean. */
  readonly gapVariation?: number;
  /** For requests that follow no trace. */
  readonly lengths: { readonly prompt: LengthDistribution; readonly output: LengthDistribution };
  readonly rate: ArrivalRate;
  readonly bursts: Bursts | null;
  /** Besides the steady stream: the rate is the one beside the rise. Not with bursts. */
  readonly step?: StepChange | null;
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
  /** Targets where they are known; by the machine where left out. */
  readonly level?: ServiceLevel;
}

export interface Workload {
  /** At least one, in order of time. */
  readonly arrivals: readonly Arrival[];
  /** Requests whose prompt or output did not fit into the context. */
  readonly clippedPrompts: number;
  readonly clippedOutputs: number;
  /** From 0 to its end: the cut by time, or the last arrival and one mean gap. */
  readonly spanMs: number;
  readonly step?: StepChange | null;
}

/**
 * Requests with times, lengths and tiers; equal options give equal ones, and another rate the same requests at other
 * times. Lengths come from the trace, in its order, or in random order for arrivals at random.
 *
 * Throws QueptError `invalid_usage` when nothing arrives.
 */
export function createWorkload(options: WorkloadOptions): Workload {
  const { tiers, seed, contextLength } = options;
  const tierDraws = new RandomStream(seed, STREAMS.tiers);
  const lengths = requestLengths(options);
  const { times, spanMs } = arrivalTimes(options);
  const arrivals: Arrival[] = [];
  let clippedPrompts = 0;
  let clippedOutputs = 0;
  for (const atMs of times) {
    const asked = lengths.next().value;
    if (asked === undefined) break;
    const fitting = clip(asked, contextLength);
    if (fitting.promptTokens < asked.promptTokens) clippedPrompts++;
    if (fitting.outputTokens < asked.outputTokens) clippedOutputs++;
    arrivals.push({ atMs, ...fitting, tier: drawTier(tiers, tierDraws.uniform()) });
  }
  if (arrivals.length > 0)
    return { arrivals, clippedPrompts, clippedOutputs, spanMs, step: options.step ?? null };
  throw new QueptError('invalid_usage', 'No request arrives in this time. Raise the rate, or the time.');
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
  readonly times: readonly number[];
  readonly spanMs: number;
}

function arrivalTimes(options: WorkloadOptions): ArrivalTimes {
  const { bursts, step = null } = options;
  if (step !== null) return stepTimes(options, step);
  const steady = steadyTimes(options);
  return bursts === null ? steady : { ...steady, times: steady.times.map((atMs) => inBursts(atMs, bursts)) };
}

function steadyTimes(options: WorkloadOptions): ArrivalTimes {
  return options.arrivals === 'trace' && options.rate.kind === 'scale'
    ? scaledTrace(options, options.rate.factor)
    : timesAtRate(options);
}

/** The rise takes its additional requests from what comes later in the steady stream. */
function stepTimes(options: WorkloadOptions, step: StepChange): ArrivalTimes {
  const additionalMs = (step.times - 1) * step.forMs;
  const durationMs = options.durationMs === null ? null : options.durationMs + additionalMs;
  const { times, spanMs } = steadyTimes({ ...options, durationMs });
  return { times: times.map((atMs) => inStep(atMs, step)), spanMs: inStep(spanMs, step) };
}

/** The trace faster or slower, and cut. */
function scaledTrace({ trace, durationMs, requests }: WorkloadOptions, factor: number): ArrivalTimes {
  const all = (trace ?? []).map(({ atMs }) => atMs / factor);
  const taken = all.slice(0, requests ?? all.length);
  const times = durationMs === null ? taken : taken.filter((atMs) => atMs < durationMs);
  if (durationMs !== null && times.length < taken.length) return { times, spanMs: durationMs };
  // The last request has a gap of its own, as all others.
  return { times, spanMs: (times.at(-1) ?? 0) + 1000 / (factor * traceRate(trace)) };
}

/** As many arrivals as the rate brings in the time, so that what arrives is what was asked for. */
function timesAtRate(options: WorkloadOptions): ArrivalTimes {
  const { trace, arrivals, rate, durationMs, requests, seed, gapVariation = 1 } = options;
  const perSecond = rate.kind === 'per-second' ? rate.value : rate.factor * traceRate(trace);
  const follows = !isRandom(arrivals) && trace !== null;
  const limits = [
    ...(follows ? [trace.length] : []),
    ...(requests === null ? [] : [requests]),
    ...(durationMs === null ? [] : [Math.round((perSecond * durationMs) / 1000)]),
  ];
  if (limits.length === 0)
    throw new RangeError('A workload without a trace needs a time or a number of requests.');
  const count = Math.min(...limits);
  const spanMs = (1000 * count) / perSecond;
  if (arrivals === 'poisson') return { times: poissonTimes(count, perSecond, seed), spanMs };
  if (arrivals === 'gamma') return { times: gammaTimes(count, perSecond, gapVariation, seed), spanMs };
  if (arrivals === 'even' || trace === null) return { times: evenTimes(count, perSecond), spanMs };
  const part = trace.slice(0, Math.max(2, count));
  const scale = perSecond / traceRate(part);
  return { times: part.slice(0, count).map(({ atMs }) => atMs / scale), spanMs };
}

function isRandom(arrivals: ArrivalKind): boolean {
  return arrivals === 'poisson' || arrivals === 'gamma';
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
  if (!isRandom(arrivals)) {
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
