import type { CostEstimator, StepShape } from './step-shape.ts';

/** What one batch took. */
export interface CostSample {
  readonly shape: StepShape;
  readonly ms: number;
}

/** A cost that learns: told after every step what it took. */
export interface CostModel extends CostEstimator {
  observe(shape: StepShape, ms: number): void;
}

/** Knows nothing: every step is free. For schedulers whose policies do not ask. */
export const FREE_COST: CostModel = { stepMs: () => 0, observe: () => {} };
