import type { StepPlan } from './batch-policy.ts';
import { FREE_COST } from './cost-model.ts';
import { type CostParameters, linearCost } from './linear-cost.ts';
import type { OwnerAccount } from './owner-account.ts';
import type { RungOf } from './precision-policy.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** A plan without its explanations. */
export type PlanData = Omit<StepPlan, 'why'>;

/** A request as it was before a step; its account is its owner's. */
export type RecordedRequest = Omit<RequestView, 'account'>;

/** One step's view and plan as plain data, from which `viewOf` makes an equal view. */
export interface RecordedStep {
  /** Counts plans since the start, from 0. */
  readonly step: number;
  readonly state: Omit<SchedulingView, 'running' | 'waiting' | 'cost'>;
  readonly running: readonly RecordedRequest[];
  readonly waiting: readonly RecordedRequest[];
  readonly accounts: ReadonlyMap<string, OwnerAccount>;
  /** Null where steps were taken to be free. */
  readonly cost: CostParameters | null;
  readonly plan: PlanData;
  /** What the policies had to say, by request. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Takes views down. Requests that wait do not change, so that all steps they wait through share one record. */
export class StepRecorder {
  readonly #waiting = new WeakMap<RequestView, RecordedRequest>();
  #steps = 0;

  record(view: SchedulingView, cost: CostParameters | null, rungOf: RungOf, plan: StepPlan): RecordedStep {
    const { running, waiting, cost: _, ...state } = view;
    const { why: __, ...data } = plan;
    const requests = [...running, ...waiting];
    return {
      step: this.#steps++,
      state,
      running: running.map(takeDown),
      waiting: waiting.map((request) => this.#takeDownWaiting(request)),
      accounts: new Map(requests.map(({ owner, account }) => [owner, accountData(account)])),
      cost,
      plan: data,
      reasons: reasonsOf(requests, rungOf, plan),
    };
  }

  #takeDownWaiting(request: RequestView): RecordedRequest {
    const known = this.#waiting.get(request);
    const same = ['promptLeft', 'generatedTokens', 'preemptions'] as const;
    if (known !== undefined && same.every((field) => known[field] === request[field])) return known;
    const record = takeDown(request);
    this.#waiting.set(request, record);
    return record;
  }
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
function takeDown(request: RequestView): RecordedRequest {
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

function accountData({ chargedMs, bitsLost }: OwnerAccount): OwnerAccount {
  return { chargedMs, bitsLost };
}

function reasonsOf(requests: readonly RequestView[], rungOf: RungOf, plan: StepPlan): Map<string, string> {
  const reasons = new Map<string, string>();
  if (plan.why === undefined && rungOf.why === undefined) return reasons;
  for (const { id } of requests) {
    const told = [plan.why?.(id), rungOf.why?.(id)].filter((reason) => typeof reason === 'string');
    if (told.length > 0) reasons.set(id, told.join('; '));
  }
  return reasons;
}
