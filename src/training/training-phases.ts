import type { BatchShape } from '../calibration/index.ts';

/** Steps of one batch shape. */
export interface TrainingPhase extends BatchShape {
  readonly steps: number;
}

/** Where step `step` of a run stands. */
export interface PhasePlace {
  readonly phase: TrainingPhase;
  /** Tokens that the steps before it have predicted. */
  readonly position: number;
}

/** The phase of a step and where in the stream it begins. Throws RangeError past the last step. */
export function placeOfStep(phases: readonly TrainingPhase[], step: number): PhasePlace {
  let left = step;
  let position = 0;
  for (const phase of phases) {
    const rows = phase.sequences * phase.length;
    if (left < phase.steps) return { phase, position: position + left * rows };
    left -= phase.steps;
    position += phase.steps * rows;
  }
  throw new RangeError(`step ${step} lies past the last phase`);
}
