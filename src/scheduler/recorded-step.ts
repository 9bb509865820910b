import type { StepPlan } from './batch-policy.ts';
import { FREE_COST } from './cost-model.ts';
import { type CostParameters, linearCost } from './linear-cost.ts';
import type { OwnerAccount } from './owner-account.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** A plan without its explanations. */
export type PlanData = Omit<StepPlan, 'why'>;

/** A request as it was before a step; its account is its owner's. */
export type RecordedRequest = Omit<RequestView, 'account'>;

/** One step's view and plan as plain data, from which `viewOf` makes an equal view. */
export interface RecordedStep {
  /** Counts steps since the start, from 0. */
  readonly step: number;
  readonly state: Omit<SchedulingView, 'running' | 'waiting' | 'cost'>;
  readonly running: readonly RecordedRequest[];
  readonly waiting: readonly RecordedRequest[];
  readonly accounts: ReadonlyMap<string, OwnerAccount>;
  /** Null where steps were taken to be free. */
  readonly cost: CostParameters | null;
  readonly plan: PlanData;
}

export function viewOf({ state, running, waiting, accounts, cost }: RecordedStep): SchedulingView {
  const revive = (request: RecordedRequest): RequestView => ({
    ...request,
    account: accounts.get(request.owner) ?? { chargedMs: 0, bitsLost: 0 },
  });
  return {
    ...state,
    running: running.map(revive),
    waiting: waiting.map(revive),
    cost: cost === null ? FREE_COST : linearCost(cost),
  };
}

/** Field by field, since a live request has getters. */
export function takeDown(request: RequestView): RecordedRequest {
  return {
    id: request.id,
    arrivedAtMs: request.arrivedAtMs,
    floor: request.floor,
    ceiling: request.ceiling,
    promptTokens: request.promptTokens,
    promptLeft: request.promptLeft,
    generatedTokens: request.generatedTokens,
    lastRung: request.lastRung,
    maxTokens: request.maxTokens,
    level: request.level,
    deadlines: request.deadlines,
    owner: request.owner,
    firstTokenAtMs: request.firstTokenAtMs,
    lastTokenAtMs: request.lastTokenAtMs,
    lastSwitchAtMs: request.lastSwitchAtMs,
    preemptions: request.preemptions,
    preemptedAtMs: request.preemptedAtMs,
  };
}
