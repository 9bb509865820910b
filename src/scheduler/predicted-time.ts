import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** What predictions rest on. */
type Machine = Pick<SchedulingView, 'cost' | 'limits'>;

/** A row of a batch, before it runs. */
export interface RowToRun {
  readonly sequence: RequestView;
  /** Input tokens. */
  readonly tokens: number;
}

/** Committed tokens of a request; its newest token is sampled but not yet run. */
export function contextTokens({ promptTokens, promptLeft, generatedTokens }: RequestView): number {
  return promptTokens - promptLeft + Math.max(0, generatedTokens - 1);
}

/** Predicted milliseconds of one token for each of `rows` rows at one rung, in as many passes as `maxBatch` asks. */
export function decodeMs({ cost, limits }: Machine, rung: number, rows: number, context: number): number {
  let ms = 0;
  for (let left = rows; left > 0; left -= limits.maxBatch) {
    const batch = Math.min(left, limits.maxBatch);
    ms += cost.stepMs({
      phase: 'decode',
      rung,
      rows: batch,
      tokens: batch,
      contextTokens: (context * batch) / rows,
      movedRows: 0,
    });
  }
  return ms;
}

/** Predicted milliseconds of a chunk of `tokens` behind `context` committed tokens. */
export function chunkMs(
  { cost }: Pick<Machine, 'cost'>,
  rung: number,
  tokens: number,
  context: number,
): number {
  return cost.stepMs({ phase: 'prefill', rung, rows: 1, tokens, contextTokens: context, movedRows: 0 });
}

/** Predicted milliseconds of one planned batch: a prompt's chunk, or a token for each row. */
export function batchMs(machine: Machine, rung: number, rows: readonly RowToRun[]): number {
  const [first] = rows;
  if (first !== undefined && first.sequence.promptLeft > 0) {
    return chunkMs(machine, rung, first.tokens, contextTokens(first.sequence));
  }
  const context = rows.reduce((sum, { sequence }) => sum + contextTokens(sequence), 0);
  return decodeMs(machine, rung, rows.length, context);
}
