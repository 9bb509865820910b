import type { Scenario } from './scenarios.ts';

/** Bits per weight of a step; the peer has one file for each. */
export type BenchBits = 4 | 8;

/**
 * What the benchmark asks of a contender's process, one request at a time. `tools/peer-llama/measure.mjs` answers
 * the first three too, so a change here is a change there.
 */
export type ContenderRequest =
  /** Answered with a LoadReport. */
  | { readonly kind: 'load'; readonly options: Readonly<Record<string, string | number>> }
  /** Makes the scenario's sequences; answered with null. */
  | { readonly kind: 'prepare'; readonly scenario: Scenario }
  /** Runs `warmUp` steps, then `count` timed ones; answered with their times, milliseconds. */
  | { readonly kind: 'steps'; readonly bits: BenchBits; readonly warmUp: number; readonly count: number }
  /** Answered with a SwitchReport. */
  | { readonly kind: 'switch'; readonly count: number }
  /** Answered with a RegroupReport. */
  | { readonly kind: 'regroup'; readonly count: number };

export type ContenderReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

export interface LoadReport {
  /** Resident memory of the process before anything was loaded but code. */
  readonly codeBytes: number;
  /** Resident memory right after loading, before any sequence exists. */
  readonly residentBytes: number;
  /** The part of it that is not a mapped file; null where the system does not tell. */
  readonly anonymousBytes: number | null;
  readonly loadMs: number;
  /** As the engine itself reports it. */
  readonly threads: number;
  /** Engine and version. */
  readonly engine: string;
}

/** Step times, milliseconds. */
export interface SwitchReport {
  /** Steps of 4 bits after steps of 4 bits. */
  readonly steady4: readonly number[];
  readonly steady8: readonly number[];
  /** Steps of 4 bits, each after a step of 8 bits. */
  readonly switched4: readonly number[];
  readonly switched8: readonly number[];
}

/** Times of a pair of passes, milliseconds: seven rows at 4 bits, then the eighth at 8 bits. */
export interface RegroupReport {
  /** Groups as in the pair before. */
  readonly steadyMs: readonly number[];
  /** Another row is the eighth, and caches had to move to make the seven adjacent. */
  readonly movedMs: readonly number[];
  /** Cached positions copied by each of `movedMs`. */
  readonly movedPositions: readonly number[];
  /** The alternative: all eight rows at 8 bits in one pass. */
  readonly promotedMs: readonly number[];
}
