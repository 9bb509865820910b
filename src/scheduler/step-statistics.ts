import type { ServiceTier } from '../core/index.ts';
import type { RungCause } from './precision-policy.ts';
import type { Sequence } from './sequence.ts';
import type { StepShape } from './step-shape.ts';

/** One pass of the model. */
export interface BatchStatistics {
  readonly phase: StepShape['phase'];
  readonly rung: number;
  readonly ms: number;
  /** With what came before it since the pass before: what predictions are of. */
  readonly wholeMs: number;
  /** What the cost model said before it ran; 0 where it knew nothing. */
  readonly predictedMs: number;
}

/** A token that ran at another rung than the one before it. */
export interface SwitchStatistics {
  readonly from: number;
  readonly to: number;
  readonly cause: RungCause;
}

/** Where the time of a request went that has ended, whichever way, milliseconds. */
export interface PhaseTimes {
  readonly requestId: string;
  readonly tier: ServiceTier;
  /** From its arrival to its first slot, or to its end when it never had one. */
  readonly queueMs: number;
  /** From its first slot to its first token; null without a token. */
  readonly prefillMs: number | null;
  /** From its first token to its last; null without a token. */
  readonly decodeMs: number | null;
}

/** What happened since the statistics before, as plain data. */
export interface StepStatistics {
  readonly batches: readonly BatchStatistics[];
  readonly switches: readonly SwitchStatistics[];
  readonly ended: readonly PhaseTimes[];
}

/** Gathers statistics between two calls of `take`; whoever gives one to a scheduler takes them after every step. */
export class StatisticsCollector {
  #batches: BatchStatistics[] = [];
  #switches: SwitchStatistics[] = [];
  #ended: PhaseTimes[] = [];
  #cause: RungCause = 'policy';

  /** A step was planned whose rungs are what they are because of `cause`. */
  planned(cause: RungCause): void {
    this.#cause = cause;
  }

  executed({ phase, rung }: StepShape, times: Omit<BatchStatistics, 'phase' | 'rung'>): void {
    this.#batches.push({ phase, rung, ...times });
  }

  switched(from: number, to: number): void {
    this.#switches.push({ from, to, cause: this.#cause });
  }

  ended(sequence: Sequence, nowMs: number): void {
    const { id, arrivedAtMs, admittedAtMs, firstTokenAtMs, lastTokenAtMs, level } = sequence;
    this.#ended.push({
      requestId: id,
      tier: level.tier,
      queueMs: (admittedAtMs ?? nowMs) - arrivedAtMs,
      prefillMs: firstTokenAtMs === null ? null : firstTokenAtMs - (admittedAtMs ?? arrivedAtMs),
      decodeMs: firstTokenAtMs === null || lastTokenAtMs === null ? null : lastTokenAtMs - firstTokenAtMs,
    });
  }

  take(): StepStatistics {
    const taken = {
      batches: this.#batches,
      switches: this.#switches,
      ended: this.#ended,
    };
    this.#batches = [];
    this.#switches = [];
    this.#ended = [];
    return taken;
  }
}
