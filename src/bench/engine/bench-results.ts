import type { BenchBits, LoadReport } from './contender-messages.ts';
import type { RoundMedians } from './measured-series.ts';

export type ContenderId = 'in-place' | 'two-part' | 'peer';

/** Milliseconds per step of one contender at one precision in one scenario. */
export interface StepSeries {
  readonly scenario: string;
  readonly contender: ContenderId;
  readonly bits: BenchBits;
  readonly rounds: RoundMedians;
  /** The fastest single step of all rounds. */
  readonly fastestMs: number;
}

/** Milliseconds per round of a switch of all rows; see SwitchReport. */
export interface SwitchSeries {
  readonly steady4: RoundMedians;
  readonly steady8: RoundMedians;
  readonly switched4: RoundMedians;
  readonly switched8: RoundMedians;
}

/** Milliseconds per round of a change of group; see RegroupReport. */
export interface RegroupSeries {
  readonly steady: RoundMedians;
  readonly moved: RoundMedians;
  readonly movedPositions: RoundMedians;
  readonly promoted: RoundMedians;
}

export interface ContenderLoad extends LoadReport {
  readonly contender: ContenderId;
  /** Precision of the file where a contender has one for each; null where one file serves both. */
  readonly bits: BenchBits | null;
  /** Size of the weights on disk. */
  readonly artefactBytes: number;
}

export interface BenchResults {
  readonly loads: readonly ContenderLoad[];
  readonly steps: readonly StepSeries[];
  readonly switching: SwitchSeries | null;
  readonly regrouping: RegroupSeries | null;
  /** Share of the machine in other hands just before each round, see `otherLoad`; in the order of measuring. */
  readonly loadByOthers: readonly number[];
}

/** One cell, or null where it was not measured. */
export function stepSeries(
  results: BenchResults,
  scenario: string,
  contender: ContenderId,
  bits: BenchBits,
): StepSeries | null {
  const found = results.steps.find(
    (series) => series.scenario === scenario && series.contender === contender && series.bits === bits,
  );
  return found ?? null;
}
