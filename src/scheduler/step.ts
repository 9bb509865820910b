import type { BatchPolicy, StepPlan } from './batch-policy.ts';
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
}

/**
 * One step: plan → reserve → give up, then for each batch of the plan execute → stage → commit. Each batch is a
 * transaction of its own, so the tokens of one leave before the next runs.
 *
 * @returns whether anything ran or was given up
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
  return batches.length > 0 || decided.expire.length > 0;
}

function plan(context: StepContext): StepPlan {
  const { roster, record, clock, ladder, limits, runner } = context;
  const nowMs = clock.now();
  const view: SchedulingView = {
    nowMs,
    ladder,
    limits,
    cost: context.cost,
    freeSlots: roster.freeSlots,
    running: [...roster.running.values()],
    waiting: roster.waiting.view(nowMs, Math.max(WAITING_IN_VIEW, runner.shape.slots)),
    waitingTotal: roster.waiting.size,
    lastPrefillAtMs: record.lastPrefillAtMs,
    meanOutputTokens: record.meanOutputTokens,
    carry: record.carry,
  };
  const rungOf = context.precisionPolicy(view);
  const decided = context.batchPolicy(view, rungOf);
  context.decisions?.record(view, rungOf, decided);
  return decided;
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
function reserve(context: StepContext, { suspend, admit, decode, prefill }: StepPlan): PlannedBatch[] {
  const { roster } = context;
  for (const id of suspend ?? []) {
    const sequence = roster.running.get(id);
    if (sequence === undefined) throw new Error('The batch policy suspends a request that does not run.');
    roster.suspend(sequence);
  }
  for (const id of admit) {
    const sequence = roster.waiting.get(id);
    if (sequence === undefined) throw new Error('The batch policy admitted a request that does not wait.');
    roster.admit(sequence);
  }
  const batches: PlannedBatch[] = [];
  for (const { rung, ids } of decode) {
    const rows = ids.map((id) => decodeRow(roster.running.get(id)));
    batches.push({ rung, rows });
  }
  const prefilled = prefill === null ? undefined : roster.running.get(prefill.id);
  if (prefill !== null && prefilled !== undefined) {
    batches.push({ rung: prefill.rung, rows: [prefillRow(prefilled, prefill.tokens)] });
  }
  for (const batch of batches) requireInRange(batch);
  return batches;
}

function decodeRow(sequence: Sequence | undefined): PlannedRow {
  if (sequence === undefined || sequence.promptLeft > 0) {
    throw new Error('The batch policy decodes a request that is not ready to decode.');
  }
  return { sequence, tokens: 1 };
}

function prefillRow(sequence: Sequence, tokens: number): PlannedRow {
  if (!(tokens >= 1 && tokens <= sequence.promptLeft)) {
    throw new Error('The batch policy planned a prefill chunk that does not fit the prompt.');
  }
  return { sequence, tokens };
}

function requireInRange({ rung, rows }: PlannedBatch): void {
  for (const { sequence } of rows) {
    if (!(rung >= sequence.floor && rung <= sequence.ceiling)) {
      throw new Error('A policy planned a request outside its precision range.');
    }
  }
}
