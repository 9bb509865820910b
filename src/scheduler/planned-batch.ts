import type { Sequence } from './sequence.ts';

export interface PlannedRow {
  readonly sequence: Sequence;
  /** Input tokens. */
  readonly tokens: number;
}

/** Rows that hold slots and run together at one rung. */
export interface PlannedBatch {
  readonly rung: number;
  readonly rows: readonly PlannedRow[];
}
