import type { ServiceLevel } from '../core/index.ts';
import type { StepPlan } from './batch-policy.ts';
import type { DecisionLog } from './decision-log.ts';
import type { CostParameters } from './linear-cost.ts';
import type { OwnerAccount } from './owner-account.ts';
import { type RecordedRequest, takeDown } from './recorded-step.ts';
import {
  RECORDING_VERSION,
  type RecordingHeader,
  type WrittenLevel,
  type WrittenRequest,
  type WrittenStep,
} from './recording-format.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

export interface StepWriterOptions {
  readonly header: Omit<RecordingHeader, 'recording'>;
  /** The scheduler's cost, so that a replay predicts what was predicted; leave out where steps are free. */
  readonly cost?: { parameters(): CostParameters };
  /** Takes a line without its end. Called synchronously; must not throw. */
  readonly write: (line: string) => void;
}

interface Known {
  readonly n: number;
  readonly last: RecordedRequest;
}

/** Writes down every view that shows a request, and the plan made for it. The header is written at once. */
export function createStepWriter({ header, cost, write }: StepWriterOptions): DecisionLog {
  const requests = new WrittenRequests();
  const costs = new WrittenCosts();
  let steps = 0;
  write(JSON.stringify({ recording: RECORDING_VERSION, ...header } satisfies RecordingHeader));
  return {
    record(view, _rungOf, plan) {
      if (view.running.length + view.waiting.length === 0) return;
      const { running, waiting, cost: _cost, ladder: _ladder, limits: _limits, ...state } = view;
      const written: WrittenStep = {
        step: steps++,
        ...state,
        running: running.map((request) => requests.write(request)),
        waiting: waiting.map((request) => requests.write(request)),
        accounts: accountsOf(view),
        cost: cost === undefined ? null : costs.write(cost.parameters()),
        plan: withoutWhy(plan),
      };
      write(JSON.stringify(written));
    },
  };
}

class WrittenRequests {
  readonly #known = new WeakMap<RequestView, Known>();
  #count = 0;

  write(request: RequestView): number | WrittenRequest {
    const now = takeDown(request);
    const known = this.#known.get(request);
    if (known === undefined) {
      const n = this.#count++;
      this.#known.set(request, { n, last: now });
      return { n, ...now, level: writtenLevel(now.level) };
    }
    const changed: Record<string, unknown> = {};
    for (const key of Object.keys(now) as (keyof RecordedRequest)[]) {
      if (now[key] === known.last[key]) continue;
      changed[key] = key === 'level' ? writtenLevel(now.level) : now[key];
    }
    if (Object.keys(changed).length === 0) return known.n;
    this.#known.set(request, { n: known.n, last: now });
    return { n: known.n, ...changed };
  }
}

class WrittenCosts {
  #last: CostParameters['weights'] | null = null;

  write({ slowness, weights }: CostParameters): NonNullable<WrittenStep['cost']> {
    const last = this.#last;
    this.#last = weights;
    return {
      slowness,
      ...(weights.decode !== last?.decode && { decode: weights.decode }),
      ...(weights.prefill !== last?.prefill && { prefill: weights.prefill }),
    };
  }
}

function writtenLevel({ ttftMs, tpotMs, ...rest }: ServiceLevel): WrittenLevel {
  const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);
  return { ...rest, ttftMs: finite(ttftMs), tpotMs: finite(tpotMs) };
}

function accountsOf({ running, waiting }: SchedulingView): WrittenStep['accounts'] {
  const accounts = new Map<string, OwnerAccount>();
  for (const { owner, account } of [...running, ...waiting]) accounts.set(owner, account);
  return [...accounts].map(([owner, { chargedMs, bitsLost }]) => [owner, { chargedMs, bitsLost }]);
}

function withoutWhy({ why: _, ...data }: StepPlan): WrittenStep['plan'] {
  return data;
}
