import type { Deadlines, Ladder, ServiceLevel } from '../core/index.ts';
import type { CostEstimator } from './step-shape.ts';

/** What a policy may know of a request. */
export interface RequestView {
  readonly id: string;
  /** On the scheduler's clock. */
  readonly arrivedAtMs: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly promptTokens: number;
  /** Prompt tokens not yet committed; 0 once the request decodes. */
  readonly promptLeft: number;
  readonly generatedTokens: number;
  /** Rung of the newest token; null before the first. */
  readonly lastRung: number | null;
  readonly maxTokens: number;
  readonly level: ServiceLevel;
  readonly deadlines: Deadlines;
  readonly owner: string;
  /** When its tokens left, on the scheduler's clock; null before there was one. */
  readonly firstTokenAtMs: number | null;
  readonly lastTokenAtMs: number | null;
  /** When the rung of its tokens last changed; null when it never did. */
  readonly lastSwitchAtMs: number | null;
}

export interface StepLimits {
  /** Prompt tokens in one batch at most. */
  readonly prefillChunk: number;
  /** Decode rows in one batch at most. */
  readonly maxBatch: number;
}

/** The state before a step, as policies see it. */
export interface SchedulingView {
  readonly nowMs: number;
  readonly ladder: Ladder;
  readonly limits: StepLimits;
  readonly freeSlots: number;
  /** Requests that hold a slot, in order of admission. */
  readonly running: readonly RequestView[];
  readonly cost: CostEstimator;
  /** In order of arrival. */
  readonly waiting: readonly RequestView[];
}
