import type { Ladder } from '../../core/index.ts';
import { median } from '../../numerics/index.ts';
import { type CostEstimator, createLearnedCost } from '../../scheduler/index.ts';
import {
  type CostProfile,
  createProfileCost,
  profileSamples,
  resolvePolicy,
  type SimulatedServer,
  type SimulationResult,
  serviceLevel,
  simulate,
  type Workload,
} from '../../simulation/index.ts';
import { type MeasuredOverhead, measureOverhead } from './http-overhead.ts';
import { type LiveRun, runLive } from './live-run.ts';
import { startLiveServer } from './live-server.ts';
import { watchOthers } from './other-processes.ts';
import { quietMachine } from './quiet-machine.ts';
import { serverArguments } from './server-arguments.ts';
import type { ServingOptions } from './serving-options.ts';

/** A policy on the real server and in the simulator. */
export interface ComparedRun {
  readonly policy: string;
  readonly live: LiveRun;
  readonly simulated: SimulationResult;
  readonly overhead: MeasuredOverhead;
  /** Share of the machine's processors that other programs took during the run; null where it is unknown. */
  readonly otherLoad: number | null;
  /** Medians of TTFT and TPOT over the requests. */
  readonly middleTargets: readonly number[];
}

export interface ComparisonOptions {
  readonly serving: ServingOptions;
  readonly ladder: Ladder;
  readonly profile: CostProfile;
  readonly contextLength: number;
  readonly workload: Workload;
  readonly promptOf: (index: number, tokens: number) => readonly number[];
  readonly note: (line: string) => void;
}

/** Share of the machine that others take of a run that had better be repeated. */
const DISTURBED = 0.03;
const WINDOWS = 120;
const STEP_WINDOW_MS = 500;

/** One policy after the other, each on a server of its own. */
export async function comparePolicies(options: ComparisonOptions): Promise<ComparedRun[]> {
  const runs: ComparedRun[] = [];
  for (const policy of options.serving.policies) runs.push(await leastDisturbed(policy, options));
  return runs;
}

async function leastDisturbed(policy: string, options: ComparisonOptions): Promise<ComparedRun> {
  let best = await comparePolicy(policy, options);
  for (let attempt = 1; attempt < options.serving.attempts && (best.otherLoad ?? 0) > DISTURBED; attempt++) {
    const again = await comparePolicy(policy, options);
    if ((again.otherLoad ?? 0) < (best.otherLoad ?? 0)) best = again;
  }
  return best;
}

async function comparePolicy(policy: string, options: ComparisonOptions): Promise<ComparedRun> {
  const { serving, ladder, profile, workload, promptOf, note } = options;
  await quietMachine(serving.waitQuietMs);
  const server = await startLiveServer(serverArguments(policy, serving, ladder));
  try {
    const machine = createProfileCost(profileSamples(profile));
    const overhead = await measureOverhead(server, machine, {
      rung: policy === 'fixed-lowest' ? 0 : ladder.length - 1,
      slots: serving.slots,
      promptOf,
    });
    note(
      `${policy}: a step takes ${overhead.stepMs.toFixed(2)} ms and ${overhead.tokenMs.toFixed(2)} ms a token beside its pass (${overhead.points.map(({ streams, gapMs, passMs }) => `${streams} streams ${gapMs.toFixed(2)} and ${passMs.toFixed(2)} ms`).join(', ')})`,
    );
    const windowMs = serving.step === null ? Math.max(1000, workload.spanMs / WINDOWS) : STEP_WINDOW_MS;
    const endWatch = await watchOthers([process.pid]);
    const live = await runLive(server, withTargets(workload, machine, serving, ladder), {
      policy,
      ladder,
      windowMs,
      promptOf,
    });
    const others = await endWatch();
    const simulated = await simulateAlike(policy, options, live, overhead, windowMs);
    note(
      `${policy}: ${(100 * live.result.attainment).toFixed(1)} % met all targets, simulated ${(100 * simulated.attainment).toFixed(1)} %; others took ${(100 * (others ?? Number.NaN)).toFixed(1)} % of the machine`,
    );
    return { policy, live, simulated, overhead, otherLoad: others, middleTargets: middleTargets(live) };
  } finally {
    await server.stop();
  }
}

/** By the rule of the server, from the profile: alike for all policies, whatever each server measured at its start. */
function withTargets(
  workload: Workload,
  cost: CostEstimator,
  { serverTargets, tiers, prefillChunk }: ServingOptions,
  ladder: Ladder,
): Workload {
  if (serverTargets || tiers !== null) return workload;
  const machine = { cost, rung: ladder.length - 1, prefillChunk };
  const arrivals = workload.arrivals.map((arrival) => ({
    ...arrival,
    level: serviceLevel(arrival.tier, arrival.promptTokens, machine, { ttftMs: null, tpotMs: null }),
  }));
  return { ...workload, arrivals };
}

/** The requests of the live run at their times, with the targets that they had there. */
function simulateAlike(
  policy: string,
  { serving, ladder, profile, contextLength, workload }: ComparisonOptions,
  { arrivals }: LiveRun,
  overhead: MeasuredOverhead,
  windowMs: number,
): Promise<SimulationResult> {
  const samples = profileSamples(profile);
  const simulatedServer: SimulatedServer = {
    ladder,
    machine: createProfileCost(samples),
    createCost: () => createLearnedCost(ladder.length, samples),
    contextLength,
    slots: serving.slots,
    maxWaiting: 256,
    prefillChunk: serving.prefillChunk,
    targets: { ttftMs: null, tpotMs: null },
    maxBatch: serving.slots,
    noise: 0,
    overhead,
    seed: serving.seed,
  };
  const name = policy === 'fixed-lowest' ? `fixed-${ladder[0]?.averageBits}` : policy;
  const batching = policy === 'slo' ? 'deadline' : 'first-come';
  const named = { ...resolvePolicy(name, ladder, batching, '--policies'), name: policy };
  return simulate(simulatedServer, { ...workload, arrivals }, named, { windowMs });
}

function middleTargets({ arrivals }: LiveRun): number[] {
  const known = arrivals.flatMap(({ level }) => (level === undefined ? [] : [level]));
  return [known.map(({ ttftMs }) => ttftMs), known.map(({ tpotMs }) => tpotMs)].map(median);
}
