import { readFile } from 'node:fs/promises';
import {
  createWorkload,
  DEFAULT_TIERS,
  parseLengthDistribution,
  parseTrace,
  scaleLengths,
  thinTrace,
  type Workload,
} from '../../simulation/index.ts';
import type { ServingOptions } from './serving-options.ts';

export interface LiveWorkload {
  readonly workload: Workload;
  /** What arrives, in words. */
  readonly told: string;
}

/**
 * The requests of a run. Of a trace the first minutes are taken in the minutes of the run and thinned evenly to the
 * rate: what is left comes with the ups and downs of the recorded arrivals, at another pace. Lengths are scaled, and
 * what the context does not hold is clipped.
 */
export async function liveWorkload(options: ServingOptions, contextLength: number): Promise<LiveWorkload> {
  const { rate, minutes, step, seed, poisson, lengthScale, traceMinutes } = options;
  const recorded =
    options.trace === null ? null : parseTrace(await readFile(options.trace, 'utf8'), '--trace');
  const follows = recorded !== null && !poisson;
  const trace = follows
    ? thinTrace(recorded, {
        spanMs: 60_000 * traceMinutes,
        requests: Math.round(60 * minutes * rate),
        lengthScale,
      })
    : (recorded?.map((row) => scaleLengths(row, lengthScale)) ?? null);
  const workload = createWorkload({
    trace,
    arrivals: follows ? 'trace' : 'poisson',
    lengths: {
      prompt: parseLengthDistribution(options.promptTokens, '--prompt-tokens'),
      output: parseLengthDistribution(options.outputTokens, '--output-tokens'),
    },
    rate: { kind: 'per-second', value: rate },
    bursts: null,
    step,
    durationMs: 60_000 * minutes,
    requests: null,
    tiers: DEFAULT_TIERS,
    contextLength,
    seed,
  });
  const { arrivals, clippedPrompts, clippedOutputs, spanMs } = workload;
  const times = follows
    ? `the first ${traceMinutes} minutes of the trace in ${minutes}, thinned to ${rate} requests/s`
    : `Poisson arrivals, ${rate} requests/s`;
  const lengths =
    recorded === null
      ? `lengths ${options.promptTokens} and ${options.outputTokens}`
      : `lengths of the trace times ${lengthScale}, ${clippedPrompts} prompts and ${clippedOutputs} outputs clipped to the context of ${contextLength}`;
  const rise =
    step === null
      ? ''
      : `; ${step.times} times as dense from ${step.afterMs / 1000} s for ${step.forMs / 1000} s`;
  return {
    workload,
    told: `${arrivals.length} requests in ${(spanMs / 1000).toFixed(0)} s: ${times}${rise}; ${lengths}`,
  };
}
