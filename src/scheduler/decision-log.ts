import type { StepPlan } from './batch-policy.ts';
import type { CostParameters } from './linear-cost.ts';
import type { RungOf } from './precision-policy.ts';
import { type PlanData, type RecordedStep, StepRecorder } from './recorded-step.ts';
import type { SchedulingView } from './scheduling-view.ts';

/** Told of every step's view and plan, before anything runs. */
export interface DecisionLog {
  record(view: SchedulingView, rungOf: RungOf, plan: StepPlan): void;
}

/** What a plan meant for one request. */
export interface Decision {
  readonly step: number;
  readonly atMs: number;
  /**
   * `wait`: left in the queue; `hold`: admitted, but in no batch of this step; `preempt`: put back into the queue;
   * `expire`: given up.
   */
  readonly action: 'wait' | 'hold' | 'prefill' | 'decode' | 'preempt' | 'expire';
  /** Whether it got its slot in this step. */
  readonly admitted: boolean;
  /** Null unless it runs. */
  readonly rung: number | null;
  /** Input tokens: 0 unless it runs. */
  readonly tokens: number;
  /** What the policies said; null where they said nothing. */
  readonly reason: string | null;
}

/** The newest decisions, in memory. */
export interface DecisionHistory extends DecisionLog {
  /** Decisions on a request, oldest first; of steps that leave it waiting or held alike only the first. */
  decisionsOf(id: string): Decision[];
  /** The steps that are kept, oldest first, for `replay`. */
  steps(): RecordedStep[];
}

export interface DecisionHistoryOptions {
  /** Steps to keep. A step takes some kilobytes: its requests, at most those of the view, and the cost's parameters. */
  readonly capacity: number;
  /** The scheduler's cost, so that a replay predicts what was predicted; leave out where steps are free. */
  readonly cost?: { parameters(): CostParameters };
}

export function createDecisionHistory({ capacity, cost }: DecisionHistoryOptions): DecisionHistory {
  const recorder = new StepRecorder();
  const ring: RecordedStep[] = [];
  let newest = -1;

  function steps(): RecordedStep[] {
    return [...ring.slice(newest + 1), ...ring.slice(0, newest + 1)];
  }

  return {
    record(view, rungOf, plan) {
      newest = (newest + 1) % capacity;
      ring[newest] = recorder.record(view, cost?.parameters() ?? null, rungOf, plan);
    },
    steps,
    decisionsOf(id) {
      const decisions: Decision[] = [];
      for (const step of steps()) {
        const decision = decisionOn(step, id);
        if (decision !== null && !repeats(decisions.at(-1), decision)) decisions.push(decision);
      }
      return decisions;
    },
  };
}

/** Null where the view did not show the request. */
function decisionOn(
  { step, state, running, waiting, plan, reasons }: RecordedStep,
  id: string,
): Decision | null {
  const held = running.some((request) => request.id === id);
  if (!held && !waiting.some((request) => request.id === id)) return null;
  const admitted = plan.admit.includes(id);
  const idle = { action: held || admitted ? 'hold' : 'wait', rung: null, tokens: 0 } as const;
  return {
    step,
    atMs: state.nowMs,
    admitted,
    reason: reasons.get(id) ?? null,
    ...(runOf(plan, id) ?? idle),
  };
}

function runOf(plan: PlanData, id: string): Pick<Decision, 'action' | 'rung' | 'tokens'> | null {
  if (plan.expire.includes(id)) return { action: 'expire', rung: null, tokens: 0 };
  if (plan.preempt?.includes(id)) return { action: 'preempt', rung: null, tokens: 0 };
  if (plan.prefill?.id === id) {
    return { action: 'prefill', rung: plan.prefill.rung, tokens: plan.prefill.tokens };
  }
  const group = plan.decode.find(({ ids }) => ids.includes(id));
  return group === undefined ? null : { action: 'decode', rung: group.rung, tokens: 1 };
}

function repeats(before: Decision | undefined, { action, admitted, reason }: Decision): boolean {
  const idle = action === 'wait' || action === 'hold';
  return idle && before?.action === action && !admitted && before.reason === reason;
}
