import { WITHOUT_TARGETS } from '../../src/core/index.ts';
import { FREE_COST, type RequestView, type SchedulingView } from '../../src/scheduler/index.ts';
import { steppedLadder } from './stepped-ladder.ts';

/** A request that decodes at the top of a ladder of four rungs, without targets, changed by `fields`. */
export function request(id: string, fields: Partial<RequestView> = {}): RequestView {
  return {
    id,
    arrivedAtMs: 0,
    floor: 0,
    ceiling: 3,
    promptTokens: 10,
    promptLeft: 0,
    generatedTokens: 1,
    lastRung: 3,
    maxTokens: 20,
    account: { chargedMs: 0, bitsLost: 0 },
    firstTokenAtMs: 0,
    lastTokenAtMs: 0,
    lastSwitchAtMs: null,
    preemptions: 0,
    preemptedAtMs: null,
    ...WITHOUT_TARGETS,
    ...fields,
  };
}

/** A request whose prompt is yet to run. */
export function prompt(id: string, fields: Partial<RequestView> = {}): RequestView {
  const tokens = fields.promptTokens ?? 10;
  return request(id, {
    promptTokens: tokens,
    promptLeft: tokens,
    generatedTokens: 0,
    lastRung: null,
    firstTokenAtMs: null,
    lastTokenAtMs: null,
    ...fields,
  });
}

/** The state of an idle scheduler in which every step is free, changed by `fields`. */
export function view(fields: Partial<SchedulingView> = {}): SchedulingView {
  return {
    nowMs: 0,
    ladder: steppedLadder(4),
    limits: { prefillChunk: 4, maxBatch: 2 },
    cost: FREE_COST,
    freeSlots: 0,
    running: [],
    waiting: [],
    waitingTotal: fields.waiting?.length ?? 0,
    lastPrefillAtMs: null,
    meanOutputTokens: null,
    carry: 0,
    ...fields,
  };
}
