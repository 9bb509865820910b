import type { RungOf } from './precision-policy.ts';
import type { SchedulingView } from './scheduling-view.ts';

/** Decode rows that run in one batch. */
export interface DecodeGroup {
  readonly rung: number;
  /** Running requests whose prompt is complete; at least one. */
  readonly ids: readonly string[];
}

export interface PrefillChunk {
  readonly id: string;
  readonly rung: number;
  /** 1 to what is left of the prompt. */
  readonly tokens: number;
}

/**
 * What one step does. A request appears in one decode group or in the prefill chunk, or in neither; one in `expire`
 * or `preempt` appears nowhere else.
 */
export interface StepPlan {
  /** Requests to give up before anything runs, because one of their deadlines has passed. */
  readonly expire: readonly string[];
  /**
   * Running requests that give their slots back before anything runs, and wait again: what they have computed is
   * computed again later, and they go on as if nothing had happened. None where it is left out.
   */
  readonly preempt?: readonly string[];
  /** Waiting requests that get a slot before anything runs; no more than there are free slots then. */
  readonly admit: readonly string[];
  readonly decode: readonly DecodeGroup[];
  /** Of a running request, or of one in `admit`. */
  readonly prefill: PrefillChunk | null;
  /** A number that the policy wants to find in the next view; 0 where it is left out. */
  readonly carry?: number;
  /** Why the plan does with a request what it does, for whoever reads decisions; null where there is nothing to say. */
  readonly why?: (id: string) => string | null;
}

/** Decides who runs in a step. Pure: equal views and rungs get equal plans. */
export type BatchPolicy = (view: SchedulingView, rungOf: RungOf) => StepPlan;
