import type { PrecisionConfig } from './precision.ts';

/** One sequence's part of a step. */
export interface StepRow {
  /** From `acquireSlot`. */
  readonly slot: number;
  /** Ids to run, int32, length S >= 1. */
  readonly tokens: Int32Array;
  /** Which positions' logits are wanted. */
  readonly logits: 'last' | 'all';
}

/**
 * One forward pass at one precision. Either one row of any length (prefill chunk) or several rows of one
 * token each (decode); rows name distinct slots.
 */
export interface StepBatch {
  readonly precision: PrecisionConfig;
  readonly rows: readonly StepRow[];
}

export interface StepOutput {
  /**
   * Row-major f32 `[n, vocabSize]`, n = wanted positions in row order. Owned by the runner and valid until the
   * next `execute`.
   */
  readonly logits: Float32Array;
}

export interface ModelShape {
  readonly vocabSize: number;
  /** Longest sequence, tokens. */
  readonly contextLength: number;
  /** Sequences that can be held at once. */
  readonly slots: number;
}

/**
 * The model behind the scheduler. One caller, one call at a time.
 *
 * A slot holds the KV of one sequence. `execute` writes K and V behind the slot's committed length and leaves
 * that length alone, so a step that fails or is dropped has changed nothing; `commit` makes the written
 * positions part of the sequence. Whoever acquires a slot releases it.
 */
export interface ModelRunner {
  readonly shape: ModelShape;
  /** A free slot with committed length 0, or null when all are taken. */
  acquireSlot(): number | null;
  releaseSlot(slot: number): void;
  /** Committed tokens of `slot`. */
  slotLength(slot: number): number;
  /** Drops the committed positions of `slot` behind the first `tokens`, of which there are no fewer. */
  truncate(slot: number, tokens: number): void;
  /**
   * Makes `to` a copy of the first `tokens` committed positions of `from`, another slot; what `to` held is dropped.
   * `from` stays as it is.
   */
  copyPrefix(from: number, to: number, tokens: number): void;
  /**
   * Slots whose KV `execute` would copy first, to bring a batch of these slots together. Absent where grouping copies
   * nothing.
   */
  rowsToMove?(slots: readonly number[]): number;
  /** Rejects when the pass fails; nothing is committed then. */
  execute(batch: StepBatch): Promise<StepOutput>;
  /** Appends the last executed `tokens` positions of `slot` to its sequence. */
  commit(slot: number, tokens: number): void;
  /** Frees native memory; no call may follow. */
  close(): Promise<void>;
}
