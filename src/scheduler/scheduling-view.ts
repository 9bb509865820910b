import type { Deadlines, Ladder, ServiceLevel } from '../core/index.ts';
import type { OwnerAccount } from './owner-account.ts';
import type { CostEstimator } from './step-shape.ts';

/** What a policy may know of a request. */
export interface RequestView {
  readonly id: string;
  /** On the scheduler's clock. */
  readonly arrivedAtMs: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly promptTokens: number;
  /** Prompt tokens not yet committed, nor to be found in the prefix cache; 0 once the request decodes. */
  readonly promptLeft: number;
  readonly generatedTokens: number;
  /** Rung of the newest token; null before the first. */
  readonly lastRung: number | null;
  readonly maxTokens: number;
  readonly level: ServiceLevel;
  readonly deadlines: Deadlines;
  readonly owner: string;
  readonly account: OwnerAccount;
  /** When its tokens left, on the scheduler's clock; null before there was one. */
  readonly firstTokenAtMs: number | null;
  readonly lastTokenAtMs: number | null;
  /** When the rung of its tokens last changed; null when it never did. */
  readonly lastSwitchAtMs: number | null;
  /** How often it had to give its slot back. What it had computed counts as prompt to be run again. */
  readonly preemptions: number;
  /** When it last did; null when it never did. */
  readonly preemptedAtMs: number | null;
}

export interface StepLimits {
  /** Prompt tokens in one batch at most. */
  readonly prefillChunk: number;
  /** Decode rows in one batch at most. */
  readonly maxBatch: number;
}

/** Requests of the queue that a view shows at least, if there are so many: what a plan costs has a bound. */
export const WAITING_IN_VIEW = 32;

/** The state before a step, as policies see it. */
export interface SchedulingView {
  readonly nowMs: number;
  readonly ladder: Ladder;
  readonly limits: StepLimits;
  readonly freeSlots: number;
  /** Requests that hold a slot, in order of admission. */
  readonly running: readonly RequestView[];
  readonly cost: CostEstimator;
  /**
   * In order of arrival, preempted ones of their return. Of a queue longer than `WAITING_IN_VIEW` (and the slots) only requests that bear on this
   * step: the longest waiting, each owner's most urgent, on time or not, and all that are past a deadline.
   */
  readonly waiting: readonly RequestView[];
  /** All that wait, in view or not. */
  readonly waitingTotal: number;
  /** When the last prefill chunk began; null before the first. */
  readonly lastPrefillAtMs: number | null;
  /** Output tokens of requests that ended lately, averaged; null before the first. */
  readonly meanOutputTokens: number | null;
  /** What the last plan left in `carry`; 0 in the first view. */
  readonly carry: number;
}
