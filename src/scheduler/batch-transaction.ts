import type {
  Clock,
  GenerationEvent,
  Ladder,
  ModelRunner,
  PositionLogprobs,
  StepBatch,
  StepOutput,
  TextDecoder,
} from '../core/index.ts';
import type { TokenSampler } from '../numerics/index.ts';
import { batchShape } from './batch-shape.ts';
import type { CostModel } from './cost-model.ts';
import type { KvPlaces } from './kv-places.ts';
import type { PassTimer } from './pass-timer.ts';
import type { PlannedBatch, PlannedRow } from './planned-batch.ts';
import type { Roster } from './roster.ts';
import type { AcceptedToken, Sequence } from './sequence.ts';
import type { StepShape } from './step-shape.ts';
import type { StatisticsCollector } from './step-statistics.ts';

/** What running a batch needs. */
export interface BatchContext {
  readonly runner: ModelRunner;
  readonly ladder: Ladder;
  readonly clock: Clock;
  /** Told what every batch took, with what came before it. */
  readonly cost: CostModel;
  readonly timer: PassTimer;
  readonly textDecoder: TextDecoder;
  readonly sampler: TokenSampler;
  readonly roster: Roster;
  readonly places: KvPlaces;
  readonly emit: (event: GenerationEvent) => void;
  /** Told of every fault that ends a request or makes a batch run again. */
  readonly onFault: (fault: unknown) => void;
  readonly statistics?: StatisticsCollector;
}

interface StagedRow extends PlannedRow {
  readonly rung: number;
  /** Null where the chunk does not reach the prompt's end, or nothing is to follow it. */
  readonly sampled: number | null;
  /** Of the token sampled; null where nobody asked. */
  readonly logprobs: PositionLogprobs | null;
  /** Of the chunk's tokens; null where nobody asked. */
  readonly promptScores: readonly PositionLogprobs[] | null;
}

/**
 * One batch as a transaction: execute → stage → commit. When execution or sampling fails nothing has changed, and the
 * rows run once more, each alone: a row that fails again fails its own request and no other.
 *
 * Rejects only when a commit throws: the runner's state is unknown then.
 */
export async function runBatch(context: BatchContext, batch: PlannedBatch): Promise<void> {
  const staged = await tryStage(context, batch);
  if (staged !== null) {
    commit(context, staged);
    return;
  }
  for (const row of batch.rows) {
    const alone = await tryStage(context, { rung: batch.rung, rows: [row] });
    if (alone === null) context.roster.failAlone(row.sequence);
    else commit(context, alone);
  }
}

/** Null when the batch failed. Requests that have ended meanwhile are left out. */
async function tryStage(context: BatchContext, batch: PlannedBatch): Promise<StagedRow[] | null> {
  const rows = batch.rows.filter((row) => !row.sequence.ended);
  if (rows.length === 0) return [];
  try {
    const output = await timedExecute(context, { rung: batch.rung, rows });
    return stage(context, { rung: batch.rung, rows }, output.logits);
  } catch (fault) {
    context.onFault(fault);
    return null;
  }
}

/** A pass that fails has taken time as well, but not the time of such a pass, nor of the one after it. */
async function timedExecute(context: BatchContext, batch: PlannedBatch): Promise<StepOutput> {
  const shape = shapeOf(context.runner, batch);
  const { clock, cost, statistics, timer } = context;
  const predictedMs = statistics === undefined ? 0 : cost.stepMs(shape);
  const startedAt = clock.now();
  const sinceMs = timer.since(startedAt);
  timer.idle();
  const output = await context.runner.execute(toStepBatch(context.ladder, batch.rung, batch.rows));
  const endedAt = clock.now();
  timer.ended(endedAt);
  // Logits of whole chunks are rare, and cost what no policy plans with.
  if (!batch.rows.some(({ sequence }) => sequence.wantsPromptLogits)) cost.observe(shape, endedAt - sinceMs);
  statistics?.executed(shape, { ms: endedAt - startedAt, wholeMs: endedAt - sinceMs, predictedMs });
  return output;
}

function shapeOf(runner: ModelRunner, { rung, rows }: PlannedBatch): StepShape {
  const [first] = rows;
  const phase = first !== undefined && first.sequence.promptLeft > 0 ? 'prefill' : 'decode';
  return batchShape(
    runner,
    phase,
    rung,
    rows.map(({ sequence, tokens }) => ({ slot: heldSlot(sequence), tokens })),
  );
}

function toStepBatch(ladder: Ladder, rung: number, rows: readonly PlannedRow[]): StepBatch {
  const precision = ladder[rung];
  if (precision === undefined) throw new Error(`Rung ${rung} is outside the ladder.`);
  return {
    precision,
    rows: rows.map(({ sequence, tokens }) => ({
      slot: heldSlot(sequence),
      tokens: sequence.input(tokens),
      logits: sequence.wantsPromptLogits ? 'all' : 'last',
    })),
  };
}

function heldSlot({ slot }: Sequence): number {
  if (slot === null) throw new Error('A planned request holds no slot.');
  return slot;
}

/** Samples every row that has reached its prompt's end. Changes no request. */
function stage(context: BatchContext, batch: PlannedBatch, logits: Float32Array): StagedRow[] {
  const { vocabSize } = context.runner.shape;
  const counts = batch.rows.map(({ sequence, tokens }) => (sequence.wantsPromptLogits ? tokens : 1));
  const wanted = counts.reduce((sum, count) => sum + count, 0);
  if (logits.length !== wanted * vocabSize) {
    throw new Error(`The runner returned ${logits.length} logits for ${wanted} positions.`);
  }
  let end = 0;
  return batch.rows.map((row, i) => {
    const start = end;
    end += (counts[i] ?? 1) * vocabSize;
    return { ...row, rung: batch.rung, ...stageRow(context, row, logits.subarray(start, end)) };
  });
}

/** @param logits of the row's wanted positions, the newest last */
function stageRow(
  { runner, sampler }: BatchContext,
  { sequence, tokens }: PlannedRow,
  logits: Float32Array,
): Pick<StagedRow, 'sampled' | 'logprobs' | 'promptScores'> {
  if (sequence.ended) return { sampled: null, logprobs: null, promptScores: null };
  const promptScores = sequence.wantsPromptLogits ? sequence.scoreChunk(logits, tokens) : null;
  if (!sequence.yieldsToken(tokens)) return { sampled: null, logprobs: null, promptScores };
  const newest = logits.subarray(logits.length - runner.shape.vocabSize);
  const sampled = sequence.sample(sampler, newest);
  return { sampled, logprobs: sequence.score(newest, sampled), promptScores };
}

/** All rows are committed before the first event leaves, so a commit that throws has shown nothing to any client. */
function commit(context: BatchContext, staged: readonly StagedRow[]): void {
  // Whoever ended during the pass is dropped: its slot is about to be released.
  const rows = staged.filter((row) => !row.sequence.ended);
  for (const { sequence, tokens, rung, sampled, promptScores } of rows) {
    context.places.commit(heldSlot(sequence), sequence.input(tokens), rung, sampled !== null);
    sequence.advance(tokens, promptScores);
  }
  for (const row of rows) {
    if (row.sampled !== null) publish(context, row, row.sampled);
    else if (row.sequence.done && !row.sequence.ended) context.roster.finish(row.sequence, 'length');
  }
}

function publish(context: BatchContext, row: StagedRow, tokenId: number): void {
  const { sequence, rung, logprobs } = row;
  // The listener of an earlier row's event may have ended this request.
  if (sequence.ended) return;
  const before = sequence.lastRung;
  const accepted = tryAccept(context, sequence, tokenId, rung);
  if (accepted === null) {
    context.roster.failAlone(sequence);
    return;
  }
  const { text, end } = accepted;
  if (text !== null && before !== null && before !== rung) context.statistics?.switched(before, rung);
  if (text !== null) {
    const told = { ...(logprobs !== null && { logprobs }), ...sequence.takePromptLogprobs() };
    context.emit({ type: 'token', requestId: sequence.id, tokenId, text, rung, ...told });
  }
  if (end !== null) context.roster.finish(sequence, end);
}

/** Null when the token's text cannot be decoded. */
function tryAccept(
  context: BatchContext,
  sequence: Sequence,
  tokenId: number,
  rung: number,
): AcceptedToken | null {
  try {
    const { endTokenIds } = context.textDecoder;
    return sequence.accept(
      tokenId,
      rung,
      context.clock.now(),
      endTokenIds,
      context.runner.shape.contextLength,
    );
  } catch (fault) {
    context.onFault(fault);
    return null;
  }
}
