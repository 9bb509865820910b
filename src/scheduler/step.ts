import type { BatchPolicy, PrefillChunk, StepPlan } from './batch-policy.ts';
import { type BatchContext, runBatch } from './batch-transaction.ts';
import { deadlineError, passedDeadline } from './deadline.ts';
import type { DecisionLog } from './decision-log.ts';
import type { PlannedBatch, PlannedRow } from './planned-batch.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import { batchMs } from './predicted-time.ts';
import { type SchedulingView, type StepLimits, WAITING_IN_VIEW } from './scheduling-view.ts';
import type { Sequence } from './sequence.ts';
import type { WorkRecord } from './work-record.ts';

export interface StepContext extends BatchContext {
  readonly limits: StepLimits;
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
  readonly record: WorkRecord;
  readonly decisions?: DecisionLog;
  readonly onReuse?: (requestId: string, tokens: number) => void;
}

/**
 * One step: plan → reserve → give up, then for each batch of the plan execute → stage → commit. Each batch is a
 * transaction of its own, so the tokens of one leave before the next runs.
 *
 * @returns whether anything ran, was given up or was put back
 */
export async function runStep(context: StepContext): Promise<boolean> {
  const { record, clock } = context;
  const decided = plan(context);
  record.carry = decided.carry ?? 0;
  const batches = reserve(context, decided);
  // After everything is bound: a listener of these events may end requests that are in the plan.
  expire(context, decided.expire);
  for (const batch of batches) {
    const { rung, rows } = batch;
    record.begin(rung, rows, batchMs(context, rung, rows), clock.now());
    await runBatch(context, batch);
  }
  if (batches.length === 0) context.timer.idle();
  return batches.length > 0 || decided.expire.length > 0 || (decided.preempt ?? []).length > 0;
}

/** A plan, and what reserving needs to know of the view that it was made for. */
interface DecidedStep extends StepPlan {
  /** Rungs of the requests in view that nothing has been done for. */
  readonly rungs: ReadonlyMap<Sequence, number>;
  /** The chunk was to reach the end of its prompt. */
  readonly completes: boolean;
}

function plan(context: StepContext): DecidedStep {
  const { roster, record, clock, ladder, limits, runner, places } = context;
  const nowMs = clock.now();
  const waiting = roster.waiting.view(nowMs, Math.max(WAITING_IN_VIEW, runner.shape.slots));
  const untouched = [...roster.running.values(), ...waiting].filter((sequence) => sequence.untouched);
  for (const sequence of untouched) {
    sequence.expectReuse(places.expected(sequence.wish(sequence.ceiling)));
  }
  const view: SchedulingView = {
    nowMs,
    ladder,
    limits,
    cost: context.cost,
    freeSlots: roster.freeSlots,
    running: [...roster.running.values()],
    waiting,
    waitingTotal: roster.waiting.size,
    lastPrefillAtMs: record.lastPrefillAtMs,
    meanOutputTokens: record.meanOutputTokens,
    carry: record.carry,
  };
  const rungOf = context.precisionPolicy(view);
  context.statistics?.planned(rungOf.cause ?? 'policy');
  const decided = context.batchPolicy(view, rungOf);
  context.decisions?.record(view, rungOf, decided);
  const { prefill } = decided;
  const prompt = prefill === null ? undefined : roster.find(prefill.id);
  if (prefill !== null && !(prefill.tokens >= 1 && prefill.tokens <= (prompt?.promptLeft ?? 0))) {
    throw new Error('The batch policy planned a prefill chunk that does not fit the prompt.');
  }
  return {
    ...decided,
    rungs: new Map(untouched.map((sequence) => [sequence, rungOf(sequence)])),
    completes: prefill?.tokens === prompt?.promptLeft,
  };
}

function expire({ roster, clock }: StepContext, ids: readonly string[]): void {
  const nowMs = clock.now();
  const late = ids.map((id) => {
    const sequence = roster.find(id);
    const passed = sequence && passedDeadline(sequence, nowMs, sequence.slot === null);
    if (!sequence || !passed) throw new Error('The batch policy gave up a request within its deadlines.');
    return { sequence, error: deadlineError(passed) };
  });
  for (const { sequence, error } of late) roster.fail(sequence, error);
}

/** Acquires slots for admitted requests and binds the plan to sequences. A request left without a slot runs later. */
function reserve(context: StepContext, decided: DecidedStep): PlannedBatch[] {
  const { preempt = [], admit, decode, prefill, rungs } = decided;
  const { roster, clock } = context;
  for (const id of preempt) {
    const sequence = roster.running.get(id);
    if (sequence === undefined) throw new Error('The batch policy preempted a request that does not run.');
    roster.preempt(sequence, clock.now());
  }
  for (const id of admit) {
    const sequence = roster.waiting.get(id);
    if (sequence === undefined) throw new Error('The batch policy admitted a request that does not wait.');
    roster.admit(sequence, rungs.get(sequence) ?? sequence.ceiling);
    if (sequence.slot !== null) sequence.admittedAtMs ??= clock.now();
  }
  const batches: PlannedBatch[] = [];
  for (const { rung, ids } of decode) {
    const rows = ids.map((id) => decodeRow(roster.running.get(id)));
    batches.push({ rung, rows });
  }
  const prefilled = prefill === null ? undefined : roster.running.get(prefill.id);
  if (prefill !== null && prefilled !== undefined) {
    batches.push({ rung: prefill.rung, rows: [prefillRow(context, prefilled, prefill, decided)] });
  }
  // Only now: what is reused is judged by what was planned without it.
  for (const [sequence, rung] of rungs) sequence.plannedRung = rung;
  for (const batch of batches) requireInRange(batch);
  return batches;
}

function decodeRow(sequence: Sequence | undefined): PlannedRow {
  if (sequence === undefined || sequence.promptLeft > 0) {
    throw new Error('The batch policy decodes a request that is not ready to decode.');
  }
  return { sequence, tokens: 1 };
}

/**
 * The chunk as planned, or what is left to run when more could be reused than the plan knew of. A chunk that was to
 * stop short of the prompt's end still does, if that leaves anything.
 */
function prefillRow(
  { places, record, onReuse }: StepContext,
  sequence: Sequence,
  { rung, tokens }: PrefillChunk,
  { completes }: DecidedStep,
): PlannedRow {
  if (sequence.slot === null)
    throw new Error('The batch policy planned a chunk of a request without a slot.');
  // Others may have come as far since it got its slot.
  if (sequence.untouched) sequence.reuse(places.fill(sequence.slot, sequence.wish(rung)));
  if (!sequence.begun) {
    sequence.begun = true;
    const reused = sequence.promptTokens - sequence.promptLeft;
    record.beginPrompt(sequence.promptTokens, reused);
    if (reused > 0) onReuse?.(sequence.id, reused);
  }
  const most = completes ? sequence.promptLeft : sequence.promptLeft - 1;
  return { sequence, tokens: Math.max(1, Math.min(tokens, most)) };
}

function requireInRange({ rung, rows }: PlannedBatch): void {
  for (const { sequence } of rows) {
    if (!(rung >= sequence.floor && rung <= sequence.ceiling)) {
      throw new Error('A policy planned a request outside its precision range.');
    }
  }
}
