import type { ServiceTier } from './service-level.ts';

/** What the scheduler did with one request, in one step or in several that treated it alike, one after another. */
export interface Decision {
  /**
   * `wait`: left in the queue; `hold`: has a slot, but is in no batch; `preempt`: put back into the queue; `expire`:
   * given up at a deadline.
   */
  readonly action: 'wait' | 'hold' | 'prefill' | 'decode' | 'preempt' | 'expire';
  /** When the first and the last of these steps were planned, milliseconds from the request's arrival. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly steps: number;
  /** Whether it got its slot in the first of them. */
  readonly admitted: boolean;
  /** Null unless it runs. */
  readonly rung: number | null;
  /** Input tokens of these steps together: 0 unless it runs. */
  readonly tokens: number;
  /** What the policies said; null where they said nothing. */
  readonly reason: string | null;
}

/** What is kept of the decisions on one request. */
export interface DecisionTrail {
  /** Oldest first. */
  readonly decisions: readonly Decision[];
  /** Older ones that had to make room. */
  readonly omitted: number;
}

/** Decisions on one generation, as a transport asks for them. */
export interface RequestDecisions extends DecisionTrail {
  /** `GenerateRequest.id`. */
  readonly id: string;
  readonly tier: ServiceTier;
  /** Its targets: time to the first token, and per token after it; infinite for none. */
  readonly ttftMs: number;
  readonly tpotMs: number;
}
