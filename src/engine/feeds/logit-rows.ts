import type { StepRow } from '../../core/index.ts';

/** Rows of the hidden states, [count · S], whose logits a batch wants, in the order of its rows. */
export function logitRows(rows: readonly StepRow[], place: readonly number[]): number[] {
  return rows.flatMap(({ tokens, logits }, i) => {
    const start = place[i]! * tokens.length;
    const end = start + tokens.length;
    return logits === 'last' ? [end - 1] : Array.from(tokens, (_, s) => start + s);
  });
}
