import type { Clock } from '../../src/core/index.ts';

/** Time that moves only when told to. */
export class VirtualClock implements Clock {
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
