import { QueptError } from '../../core/index.ts';
import { unloadedTimes } from '../../scheduler/index.ts';
import {
  findGoodput90,
  type Measure,
  type NamedPolicy,
  type SimulationResult,
  type Sweep,
  simulate,
  sweepRates,
  topRungPolicy,
  type Workload,
} from '../../simulation/index.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import type { SweepFlag } from './simulate-flags.ts';
import type { SimulationPlan } from './simulation-plan.ts';

export interface RunResults {
  readonly workload: Workload;
  readonly results: readonly SimulationResult[];
}

export interface SweepResults {
  /** goodput90 of the highest rung for everything, requests per second; null where the rates do not ask for it. */
  readonly capacity: number | null;
  readonly sweeps: readonly Sweep[];
  /** Of the lowest and the highest rate. */
  readonly workloads: readonly Workload[];
}

/** One workload under each policy. */
export async function runPolicies(
  { server, policies, windowMs, workload: create }: SimulationPlan,
  output: Output,
  signal: AbortSignal,
): Promise<RunResults> {
  const workload = create();
  const requests = workload.arrivals.length;
  const progress = createProgress(
    { label: 'simulating', total: requests * policies.length, format: (n) => `${Math.round(n)} requests` },
    output.stderr,
  );
  const results: SimulationResult[] = [];
  try {
    for (const policy of policies) {
      const onProgress = (ended: number) => progress.update(results.length * requests + ended, policy.name);
      results.push(
        await simulate(server, workload, policy, {
          signal,
          onProgress,
          ...(windowMs === null ? {} : { windowMs }),
        }),
      );
    }
    progress.update(requests * policies.length);
  } finally {
    progress.end();
  }
  return { workload, results };
}

/** Each policy over a ladder of rates, and its goodput90. */
export async function runSweep(
  plan: SimulationPlan,
  sweep: SweepFlag,
  output: Output,
  signal: AbortSignal,
): Promise<SweepResults> {
  const measure =
    (policy: NamedPolicy): Measure =>
    async (rate) => {
      const result = await simulate(plan.server, plan.workload(rate), policy, { signal });
      const attained = `${(100 * result.attainment).toFixed(1)} % met all targets`;
      output.note(`${policy.name} at ${rate.toPrecision(3)}/s: ${attained}`);
      return result;
    };
  const capacity = sweep.unit === 'capacity' ? await findCapacity(plan, measure) : null;
  const rates = sweep.rates.map((rate) => rate * (capacity ?? 1));
  const sweeps: Sweep[] = [];
  for (const policy of plan.policies) sweeps.push(await sweepRates(policy.name, rates, measure(policy)));
  const ends = [rates[0], rates.at(-1)].filter((rate) => rate !== undefined);
  return { capacity, sweeps, workloads: ends.map((rate) => plan.workload(rate)) };
}

/** What the machine sustains at its best precision; 90 % of the requests meet their targets there. */
async function findCapacity(
  plan: SimulationPlan,
  measure: (policy: NamedPolicy) => Measure,
): Promise<number> {
  const top = measure(topRungPolicy(plan.server.ladder, plan.batchPolicy));
  const rate = roughCapacity(plan);
  const found = await findGoodput90(top, [{ rate, result: await top(rate) }]);
  if (found !== null) return found.rate;
  throw new QueptError(
    'invalid_usage',
    '--sweep: at no rate do 90 % of the requests meet their targets at the highest rung, so there is no capacity ' +
      'to multiply. Give rates per second, as in 0.1..2/s:8, or another workload.',
  );
}

/** Where the search begins: half of what full batches at the highest rung could do. */
function roughCapacity({ server, workload }: SimulationPlan): number {
  const { ladder, machine, maxBatch, prefillChunk } = server;
  const { arrivals } = workload(1);
  const rung = ladder.length - 1;
  const mean = (value: (arrival: (typeof arrivals)[number]) => number) =>
    arrivals.reduce((sum, arrival) => sum + value(arrival), 0) / arrivals.length;
  const step = {
    phase: 'decode',
    rung,
    rows: maxBatch,
    tokens: maxBatch,
    contextTokens: 0,
    movedRows: 0,
  } as const;
  const unloaded = { cost: machine, rung, prefillChunk };
  const prefill = mean(({ promptTokens }) => unloadedTimes(promptTokens, unloaded).prefillMs);
  const decode = (mean(({ outputTokens }) => outputTokens) * machine.stepMs(step)) / maxBatch;
  return 500 / (prefill + decode);
}
