import type { Clock } from '../core/index.ts';

/** Time that passes only when somebody spends it. */
export class SimulatedClock implements Clock {
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** Later times only: the past stays. */
  advanceTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
  }
}
