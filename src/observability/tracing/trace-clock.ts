import type { Clock } from '../../core/index.ts';

/** The two clocks may part by so much before they are set anew. */
const TOLERANCE_MS = 5;

/**
 * Points in time of a monotonic clock as time of day. Both clocks are compared once and not at every call, so that spans
 * of one trace do not shift against one another by what a clock's resolution is; only when the time of day has been
 * corrected are they compared again.
 */
export class TraceClock {
  readonly #clock: Clock;
  readonly #epochMs: () => number;
  #offsetMs: number;

  constructor(clock: Clock, epochMs: () => number) {
    this.#clock = clock;
    this.#epochMs = epochMs;
    this.#offsetMs = epochMs() - clock.now();
  }

  now(): number {
    return this.#clock.now();
  }

  /** To be called at the beginning of a trace. */
  adjust(): void {
    const offsetMs = this.#epochMs() - this.#clock.now();
    if (Math.abs(offsetMs - this.#offsetMs) > TOLERANCE_MS) this.#offsetMs = offsetMs;
  }

  /** Milliseconds since the epoch, with fractions. */
  toEpochMs(clockMs: number): number {
    return clockMs + this.#offsetMs;
  }
}
