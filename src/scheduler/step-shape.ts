/** What one batch asks of the machine: all that its time depends on. */
export interface StepShape {
  readonly phase: 'decode' | 'prefill';
  readonly rung: number;
  /** Sequences in the batch; 1 in prefill. */
  readonly rows: number;
  /** Input tokens: rows in decode, the chunk in prefill. */
  readonly tokens: number;
  /** Committed tokens before the step, summed over the rows. */
  readonly contextTokens: number;
  /** Rows whose keys and values have to change place first, because earlier batches grouped them otherwise. */
  readonly movedRows: number;
}

/** Predicts milliseconds. Pure between two steps: equal shapes get equal answers. */
export interface CostEstimator {
  stepMs(shape: StepShape): number;
}
