/** What a step takes beside its passes: scheduling, sampling, messages, HTTP. */
export interface StepOverhead {
  /** In itself … */
  readonly stepMs: number;
  /** … and for each token that it gives. */
  readonly tokenMs: number;
}
