import type { StepPlan } from './batch-policy.ts';
import type { RungOf } from './precision-policy.ts';
import type { SchedulingView } from './scheduling-view.ts';

/** Told of every step's view and plan, before anything runs. */
export interface DecisionLog {
  record(view: SchedulingView, rungOf: RungOf, plan: StepPlan): void;
}

/** One log that tells all of `logs`; undefined when there are none. */
export function joinLogs(logs: readonly DecisionLog[]): DecisionLog | undefined {
  if (logs.length <= 1) return logs[0];
  return {
    record(view, rungOf, plan) {
      for (const log of logs) log.record(view, rungOf, plan);
    },
  };
}
