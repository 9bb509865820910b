import type { BatchPolicy } from './batch-policy.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import { type PlanData, type RecordedStep, viewOf } from './recorded-step.ts';

export interface ReplayPolicies {
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
}

/** The first step in which the policies plan something else than was planned. */
export interface ReplayDifference {
  readonly step: number;
  readonly recorded: PlanData;
  readonly replayed: PlanData;
}

/** Shows the recorded views to `policies`, each view as it was. Null when every plan comes out as recorded. */
export function replay(steps: readonly RecordedStep[], policies: ReplayPolicies): ReplayDifference | null {
  for (const recorded of steps) {
    const difference = replayStep(recorded, policies);
    if (difference !== null) return difference;
  }
  return null;
}

/** Null when the plan comes out as recorded. */
export function replayStep(recorded: RecordedStep, policies: ReplayPolicies): ReplayDifference | null {
  const view = viewOf(recorded);
  const { why: _, ...replayed } = policies.batchPolicy(view, policies.precisionPolicy(view));
  return sameData(recorded.plan, replayed)
    ? null
    : { step: recorded.step, recorded: recorded.plan, replayed };
}

/** Whether two plain values are equal; a field that is undefined counts as absent. */
function sameData(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameData(a[key], b[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
