import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * Why the rungs of a step are what they are, in one word of few, for whoever counts switches: `targets`, no more is
 * given up than meets them; `headroom`, targets are met with a margin; `overload` and `unreachable`, as fast as may
 * be; `load`, so many requests are here; `policy`, whatever the policy does.
 */
export type RungCause = 'targets' | 'headroom' | 'overload' | 'unreachable' | 'load' | 'policy';

/** The rung at which a request of the view runs in this step, within its [floor, ceiling]. */
export interface RungOf {
  (request: RequestView): number;
  /** Why a request of the view runs at its rung, for whoever reads decisions; null where there is nothing to say. */
  readonly why?: (id: string) => string | null;
  /** `policy` where it is left out. */
  readonly cause?: RungCause;
}

/**
 * Decides precision, once per step and for all requests together, so that it may weigh them against each other. Pure:
 * equal views get equal rungs.
 */
export type PrecisionPolicy = (view: SchedulingView) => RungOf;
