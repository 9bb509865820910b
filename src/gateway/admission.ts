import { QueptError } from '../core/index.ts';

interface AdmissionLimits {
  /** Requests that can run at once. */
  readonly slots: number;
  /** Requests that may wait beyond those. */
  readonly maxWaiting: number;
}

const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** Weight of the newest request in the moving average of how long a request takes. */
const SMOOTHING = 0.2;

/**
 * Decides on the main thread whether one more request fits. Every request in this server passes through here
 * and holds its place until its terminal event, so the count of places is the load, exact at any moment: a
 * refusal needs neither a message to the engine nor the end of a step.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  #held = 0;
  #averageMs = 1_000;
  #onEmpty: (() => void)[] = [];

  constructor(limits: AdmissionLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Places taken: requests running, waiting, being tokenized. */
  get held(): number {
    return this.#held;
  }

  /**
   * Takes a place; the returned function gives it back and may be called more than once.
   *
   * Throws QueptError `overloaded` with a time to wait when slots and waiting room are full.
   */
  reserve(): () => void {
    const { slots, maxWaiting } = this.#limits;
    if (this.#held >= slots + maxWaiting) {
      throw new QueptError('overloaded', 'The server is at its limit of waiting requests. Try again later.', {
        retryAfterMs: this.#retryAfterMs(),
      });
    }
    this.#held++;
    const startedAt = this.#now();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#averageMs += SMOOTHING * (this.#now() - startedAt - this.#averageMs);
      this.#giveBack();
    };
  }

  /** Resolves when no place is taken, or after `graceMs`. */
  empty(graceMs: number): Promise<void> {
    if (this.#held === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onEmpty.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #giveBack(): void {
    this.#held--;
    if (this.#held > 0) return;
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const callback of waiting) callback();
  }

  /** A place becomes free about once per average request time divided by the slots. */
  #retryAfterMs(): number {
    const perPlaceMs = this.#averageMs / this.#limits.slots;
    return Math.round(Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, perPlaceMs)));
  }
}
