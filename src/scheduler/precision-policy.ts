import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** The rung at which a request of the view runs in this step, within its [floor, ceiling]. */
export interface RungOf {
  (request: RequestView): number;
  /** Why a request of the view runs at its rung, for whoever reads decisions; null where there is nothing to say. */
  readonly why?: (id: string) => string | null;
}

/**
 * Decides precision, once per step and for all requests together, so that it may weigh them against each other. Pure:
 * equal views get equal rungs.
 */
export type PrecisionPolicy = (view: SchedulingView) => RungOf;
