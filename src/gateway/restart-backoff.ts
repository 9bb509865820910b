const FIRST_MS = 250;
const LONGEST_MS = 30_000;
/** An engine that was ready for this long is taken to be sound: its end starts the backoff anew. */
const SOUND_AFTER_MS = 60_000;

/** How long to wait before an engine is started again: twice as long each time, until one has proved sound. */
export class RestartBackoff {
  #readyAtMs: number | null = null;
  #losses = 0;

  /** Engines lost in a row without a sound one between them. */
  get losses(): number {
    return this.#losses;
  }

  ready(nowMs: number): void {
    this.#readyAtMs = nowMs;
  }

  /** @returns milliseconds to wait */
  lost(nowMs: number): number {
    const sound = this.#readyAtMs !== null && nowMs - this.#readyAtMs > SOUND_AFTER_MS;
    this.#losses = sound ? 1 : this.#losses + 1;
    this.#readyAtMs = null;
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#losses - 1));
  }
}
