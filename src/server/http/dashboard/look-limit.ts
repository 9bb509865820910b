import { type Clock, QueptError } from '../../../core/index.ts';

/** Pages that can look on at once, since each asks once a second. */
const LOOKS_PER_SECOND = 32;
const COME_BACK_MS = 2_000;

/** Keeps what looking on costs bounded, however many do: beyond so many a second, pages are told to come back. */
export class LookLimit {
  readonly #clock: Clock;
  #left = LOOKS_PER_SECOND;
  #countedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAtMs = clock.now();
  }

  /** Throws QueptError `overloaded` when too many have looked within the last second. */
  look(): void {
    const now = this.#clock.now();
    const more = ((now - this.#countedAtMs) / 1000) * LOOKS_PER_SECOND;
    this.#left = Math.min(LOOKS_PER_SECOND, this.#left + more);
    this.#countedAtMs = now;
    if (this.#left < 1) {
      throw new QueptError('overloaded', 'Too many pages look at this server at once.', {
        retryAfterMs: COME_BACK_MS,
      });
    }
    this.#left--;
  }
}
