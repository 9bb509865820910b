import type { Decision, DecisionTrail } from '../core/index.ts';
import type { StepPlan } from './batch-policy.ts';
import type { DecisionLog } from './decision-log.ts';
import type { RequestView } from './scheduling-view.ts';

/** The decisions on the newest requests, in memory. */
export interface DecisionHistory extends DecisionLog {
  /** Null for a request that no view has shown, or that had to make room. */
  trailOf(id: string): DecisionTrail | null;
}

export interface DecisionHistoryOptions {
  /** Requests to keep, at least 1; the one that was seen first makes room. */
  readonly requests: number;
  /** Decisions to keep of each, at least 1; the oldest make room. */
  readonly perRequest?: number;
}

/** Some 100 bytes each. A request seldom has more than a dozen; one that is often held between its tokens has many. */
const PER_REQUEST = 128;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What a plan does with a request that runs or is given up. */
type Doing = Pick<Decision, 'action' | 'rung' | 'tokens'>;

interface Trail {
  readonly decisions: Mutable<Decision>[];
  omitted: number;
  /** What the two policies said of the newest decision: compared before they are joined. */
  whyBatch: string | null;
  whyRung: string | null;
}

const WAIT: Doing = { action: 'wait', rung: null, tokens: 0 };
const HOLD: Doing = { action: 'hold', rung: null, tokens: 0 };
const PREEMPT: Doing = { action: 'preempt', rung: null, tokens: 0 };
const EXPIRE: Doing = { action: 'expire', rung: null, tokens: 0 };

/**
 * Steps that treat a request alike (same action, rung and reason) lengthen one decision, so that neither a long wait
 * nor a long answer takes room, and a step costs no more than a look at each request in view.
 */
export function createDecisionHistory({
  requests: capacity,
  perRequest = PER_REQUEST,
}: DecisionHistoryOptions): DecisionHistory {
  const trails = new Map<string, Trail>();

  function trailFor(id: string): Trail {
    const known = trails.get(id);
    if (known !== undefined) return known;
    const trail: Trail = { decisions: [], omitted: 0, whyBatch: null, whyRung: null };
    trails.set(id, trail);
    if (trails.size > capacity) trails.delete(trails.keys().next().value as string);
    return trail;
  }

  return {
    record(view, rungOf, plan) {
      const doings = doingsOf(plan);
      const admitted = new Set(plan.admit);
      const note = (request: RequestView, held: boolean): void => {
        const { id, arrivedAtMs } = request;
        const getsSlot = admitted.has(id);
        const doing = doings.get(id) ?? (held || getsSlot ? HOLD : WAIT);
        const [whyBatch, whyRung] = [plan.why?.(id) ?? null, rungOf.why?.(id) ?? null];
        const trail = trailFor(id);
        const last = trail.decisions.at(-1);
        const atMs = view.nowMs - arrivedAtMs;
        const saidAlike = trail.whyBatch === whyBatch && trail.whyRung === whyRung;
        if (last !== undefined && !getsSlot && saidAlike && isAlike(last, doing)) {
          last.untilMs = atMs;
          last.steps++;
          last.tokens += doing.tokens;
          return;
        }
        const reason = [whyBatch, whyRung].filter((why) => why !== null).join('; ') || null;
        const times = { fromMs: atMs, untilMs: atMs, steps: 1 };
        trail.decisions.push({ ...doing, ...times, admitted: getsSlot, reason });
        trail.whyBatch = whyBatch;
        trail.whyRung = whyRung;
        if (trail.decisions.length <= perRequest) return;
        trail.decisions.shift();
        trail.omitted++;
      };
      for (const request of view.running) note(request, true);
      for (const request of view.waiting) note(request, false);
    },
    trailOf(id) {
      const trail = trails.get(id);
      if (trail === undefined) return null;
      return { decisions: trail.decisions.map((decision) => ({ ...decision })), omitted: trail.omitted };
    },
  };
}

function isAlike(last: Doing, { action, rung }: Doing): boolean {
  return last.action === action && last.rung === rung;
}

function doingsOf({ expire, preempt = [], decode, prefill }: StepPlan): Map<string, Doing> {
  const doings = new Map<string, Doing>();
  for (const { rung, ids } of decode) {
    const doing: Doing = { action: 'decode', rung, tokens: 1 };
    for (const id of ids) doings.set(id, doing);
  }
  if (prefill !== null)
    doings.set(prefill.id, { action: 'prefill', rung: prefill.rung, tokens: prefill.tokens });
  for (const id of preempt) doings.set(id, PREEMPT);
  for (const id of expire) doings.set(id, EXPIRE);
  return doings;
}
