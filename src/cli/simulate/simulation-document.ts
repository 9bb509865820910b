import type { RatePoint, Sweep, Workload } from '../../simulation/index.ts';
import type { SimulationPlan } from './simulation-plan.ts';
import type { RunResults, SweepResults } from './simulation-run.ts';

/** What --json prints of a run: one policy's result at the top level, several in `results`. */
export function runDocument(
  plan: SimulationPlan,
  { workload, results }: RunResults,
  realSeconds: number,
): object {
  const about = { ...describePlan(plan), workload: describeWorkload(workload), realSeconds };
  return results.length === 1 ? { ...results[0], ...about } : { results, ...about };
}

/** What --json prints of a sweep: one policy's at the top level, several in `sweeps`. */
export function sweepDocument(plan: SimulationPlan, swept: SweepResults, realSeconds: number): object {
  const { capacity, workloads } = swept;
  const sweeps = swept.sweeps.map((sweep) => describeSweep(sweep, capacity));
  const about = {
    capacity,
    ...describePlan(plan),
    workloads: workloads.map(describeWorkload),
    realSeconds,
  };
  return sweeps.length === 1 ? { ...sweeps[0], ...about } : { sweeps, ...about };
}

function describePlan({ profile, arrivals, server, batchPolicy }: SimulationPlan): object {
  const { contextLength, slots, maxWaiting, prefillChunk, maxBatch, targets, noise, seed } = server;
  return {
    profile: { name: profile.name, machine: profile.machine, note: profile.note },
    arrivals,
    batchPolicy,
    server: { contextLength, slots, maxWaiting, prefillChunk, maxBatch, targets, noise },
    seed,
  };
}

function describeWorkload({ arrivals, clippedPrompts, clippedOutputs, spanMs }: Workload): object {
  return { requests: arrivals.length, spanSeconds: spanMs / 1000, clippedPrompts, clippedOutputs };
}

function describeSweep({ points, ...sweep }: Sweep, capacity: number | null): object {
  return { ...sweep, points: points.map((point) => describePoint(point, capacity)) };
}

/** Without the course over time: a ladder of them would bury the rest. */
function describePoint({ rate, result }: RatePoint, capacity: number | null): object {
  const { policy, timeline, windowSeconds, ...outcomes } = result;
  return { rate, byCapacity: capacity === null ? null : rate / capacity, ...outcomes };
}
