/** Rate at which things happen lately: an exponentially fading count over the time it stands for. */
export class DrainRate {
  readonly #timeConstantMs: number;
  #count = 0;
  #startedAtMs: number | null = null;
  #updatedAtMs = 0;

  constructor(timeConstantMs: number) {
    this.#timeConstantMs = timeConstantMs;
  }

  /** Notes `amount` at `nowMs`, which does not go back. */
  add(amount: number, nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    this.#fade(nowMs);
    this.#count += amount;
  }

  /** Per millisecond; null before anything has happened, or when it was so long ago that it says nothing. */
  perMs(nowMs: number): number | null {
    if (this.#startedAtMs === null) return null;
    this.#fade(nowMs);
    // Young counts stand for the time since the first, not for all of the time constant.
    const covered = 1 - Math.exp(-Math.max(1, nowMs - this.#startedAtMs) / this.#timeConstantMs);
    const rate = this.#count / (this.#timeConstantMs * covered);
    return rate > 0 ? rate : null;
  }

  #fade(nowMs: number): void {
    this.#count *= Math.exp(-(nowMs - this.#updatedAtMs) / this.#timeConstantMs);
    this.#updatedAtMs = nowMs;
  }
}
