import type { BatchPolicy, StepPlan } from './batch-policy.ts';
import { type BatchContext, type PlannedBatch, type PlannedRow, runBatch } from './batch-transaction.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import type { SchedulingView, StepLimits } from './scheduling-view.ts';
import type { Sequence } from './sequence.ts';

export interface StepContext extends BatchContext {
  readonly limits: StepLimits;
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
}

/**
 * One step: plan → reserve, then for each batch of the plan execute → stage → commit. Each batch is a transaction of
 * its own, so the tokens of one leave before the next runs.
 *
 * @returns whether anything ran
 */
export async function runStep(context: StepContext): Promise<boolean> {
  const batches = reserve(context, plan(context));
  for (const batch of batches) await runBatch(context, batch);
  return batches.length > 0;
}

function plan(context: StepContext): StepPlan {
  const { roster, clock, ladder, limits } = context;
  const view: SchedulingView = {
    nowMs: clock.now(),
    ladder,
    limits,
    cost: context.cost,
    freeSlots: roster.freeSlots,
    running: [...roster.running.values()],
    waiting: [...roster.waiting],
  };
  return context.batchPolicy(view, context.precisionPolicy(view));
}

/** Acquires slots for admitted requests and binds the plan to sequences. A request left without a slot runs later. */
function reserve(context: StepContext, { admit, decode, prefill }: StepPlan): PlannedBatch[] {
  const { roster } = context;
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
