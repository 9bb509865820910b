import { basename } from 'node:path';
import { QueptError } from '../../core/index.ts';
import { type BatchPolicyName, createLearnedCost } from '../../scheduler/index.ts';
import {
  builtInProfiles,
  type CostProfile,
  createProfileCost,
  createWorkload,
  type NamedPolicy,
  parseCostProfile,
  parseLengthDistribution,
  parseTrace,
  profileLadder,
  profileSamples,
  readBuiltInProfile,
  resolvePolicy,
  type SimulatedServer,
  type Workload,
  type WorkloadOptions,
} from '../../simulation/index.ts';
import { readText } from '../read-text.ts';
import type { SimulateFlags } from './simulate-flags.ts';

/** Everything that a simulation needs, checked. */
export interface SimulationPlan {
  readonly profile: CostProfile;
  readonly server: SimulatedServer;
  readonly policies: readonly NamedPolicy[];
  readonly batchPolicy: BatchPolicyName;
  /** Length of a window of the course over time; null for the default. */
  readonly windowMs: number | null;
  /** What arrives, in words. */
  readonly arrivals: string;
  /** Requests at the rate of the flags, or at this many per second. */
  readonly workload: (perSecond?: number) => Workload;
}

const DEFAULT_POLICIES = ['slo'];
const DEFAULT_MINUTES = 10;
const DEFAULT_LENGTHS = { prompt: '256~0.8', output: '128~0.6' };
/** Longest sequence where neither profile nor flag says. */
const DEFAULT_CONTEXT = 2048;

/** Throws QueptError `invalid_usage` that names the flag or file at fault. */
export async function planSimulation(flags: SimulateFlags): Promise<SimulationPlan> {
  requireConsistent(flags);
  const profile = await readProfile(flags.profile);
  const server = describeServer(flags, profile);
  const policies = (flags.policy ?? DEFAULT_POLICIES).map((name) =>
    resolvePolicy(name, server.ladder, flags.batchPolicy, '--policy'),
  );
  if (new Set(policies.map(({ name }) => name)).size < policies.length) {
    throw usage('--policy', 'name each policy once');
  }
  const options = await describeWorkload(flags, server.contextLength);
  return {
    profile,
    server,
    policies,
    batchPolicy: flags.batchPolicy,
    windowMs: flags.window === undefined ? null : 1000 * flags.window,
    arrivals: describeArrivals(flags),
    workload: (perSecond) =>
      createWorkload(
        perSecond === undefined ? options : { ...options, rate: { kind: 'per-second', value: perSecond } },
      ),
  };
}

function requireConsistent({ trace, poisson, smooth, sweep, ...flags }: SimulateFlags): void {
  if (trace === undefined && poisson === undefined) {
    throw new QueptError(
      'invalid_usage',
      'Name what arrives: a trace with --trace, or a rate with --poisson.',
    );
  }
  if (smooth && poisson !== undefined) throw usage('--smooth', 'arrivals are even or random. Leave out one');
  if (trace !== undefined && (flags.promptTokens ?? flags.outputTokens) !== undefined) {
    const given = flags.promptTokens === undefined ? '--output-tokens' : '--prompt-tokens';
    throw usage(given, 'lengths come from the trace. Leave out one');
  }
  if (flags.step !== undefined && flags.bursts !== undefined) {
    throw usage('--step', 'a load rises once or in --bursts. Leave out one');
  }
  if (sweep === undefined) {
    if (poisson === true && trace === undefined) throw usage('--poisson', 'name a rate, as in --poisson 0.5');
    return;
  }
  if (flags.step !== undefined) throw usage('--step', 'a sweep has no course over time. Leave out one');
  if (flags.window !== undefined) throw usage('--window', 'a sweep has no course over time. Leave out one');
  if (flags.scale !== undefined) throw usage('--scale', '--sweep sets the rates. Leave out one');
  if (typeof poisson === 'number') throw usage('--poisson', '--sweep sets the rates. Leave out the number');
}

async function readProfile(name: string): Promise<CostProfile> {
  const known = await builtInProfiles();
  if (known.includes(name)) return readBuiltInProfile(name);
  const remedy = `Name a file, or one of ${known.join(', ')}`;
  return parseCostProfile(await readText(name, '--profile', remedy), `--profile: ${name}`);
}

function describeServer(flags: SimulateFlags, profile: CostProfile): SimulatedServer {
  const { slots, context } = flags;
  const longest = profile.contextLength;
  if (context !== undefined && longest !== null && context > longest) {
    throw usage('--context', `the profile's model has a context of ${longest} tokens. Give at most that`);
  }
  const samples = profileSamples(profile);
  const ladder = profileLadder(profile);
  return {
    ladder,
    machine: createProfileCost(samples),
    createCost: () => createLearnedCost(ladder.length, samples),
    contextLength: context ?? longest ?? DEFAULT_CONTEXT,
    slots,
    maxWaiting: flags.maxWaiting,
    prefillChunk: flags.prefillChunk,
    targets: { ttftMs: flags.ttft ?? null, tpotMs: flags.tpot ?? null },
    maxBatch: flags.maxBatch ?? slots,
    noise: flags.noise,
    seed: flags.seed,
  };
}

async function describeWorkload(flags: SimulateFlags, contextLength: number): Promise<WorkloadOptions> {
  const { trace, poisson, smooth, scale = 1, minutes, requests } = flags;
  const endless = poisson !== undefined && minutes === undefined && requests === undefined;
  const durationMinutes = endless ? DEFAULT_MINUTES : minutes;
  return {
    trace: trace === undefined ? null : parseTrace(await readText(trace, '--trace'), `--trace: ${trace}`),
    arrivals: poisson !== undefined ? 'poisson' : smooth ? 'even' : 'trace',
    lengths: {
      prompt: flags.promptTokens ?? parseLengthDistribution(DEFAULT_LENGTHS.prompt, '--prompt-tokens'),
      output: flags.outputTokens ?? parseLengthDistribution(DEFAULT_LENGTHS.output, '--output-tokens'),
    },
    rate:
      typeof poisson === 'number'
        ? { kind: 'per-second', value: poisson * scale }
        : { kind: 'scale', factor: scale },
    bursts: flags.bursts ?? null,
    step: flags.step ?? null,
    durationMs: durationMinutes === undefined ? null : 60_000 * durationMinutes,
    requests: requests ?? null,
    tiers: flags.tiers,
    contextLength,
    seed: flags.seed,
  };
}

function describeArrivals({ trace, poisson, smooth, bursts, step }: SimulateFlags): string {
  const source = trace === undefined ? 'drawn lengths' : basename(trace);
  const times = poisson !== undefined ? ', Poisson arrivals' : smooth ? ', even arrivals' : '';
  const rise =
    step === undefined
      ? ''
      : `, ${step.times} times as dense from ${step.afterMs / 1000} s for ${step.forMs / 1000} s`;
  return `${source}${times}${bursts === undefined ? '' : ', in bursts'}${rise}`;
}

function usage(option: string, message: string): QueptError {
  return new QueptError('invalid_usage', `${option}: ${message}.`);
}
