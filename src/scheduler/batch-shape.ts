import type { ModelRunner } from '../core/index.ts';
import type { StepShape } from './step-shape.ts';

/** What a batch over these slots asks of the machine, as things stand before it runs. */
export function batchShape(
  runner: ModelRunner,
  phase: StepShape['phase'],
  rung: number,
  rows: readonly { readonly slot: number; readonly tokens: number }[],
): StepShape {
  return {
    phase,
    rung,
    rows: rows.length,
    tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0),
    contextTokens: rows.reduce((sum, { slot }) => sum + runner.slotLength(slot), 0),
    movedRows: runner.rowsToMove?.(rows.map(({ slot }) => slot)) ?? 0,
  };
}
