/**
 * Tells what a pass takes together with all that has come before it since the pass before: planning, sampling, sending
 * tokens, whatever else holds the loop up. That is what requests wait for, and beside a small model no small part of it.
 */
export class PassTimer {
  /** Null when nothing ran just before: waiting for work is no part of a pass. */
  #lastEndMs: number | null = null;

  /** When what belongs to a pass that begins now began. */
  since(nowMs: number): number {
    return this.#lastEndMs ?? nowMs;
  }

  ended(nowMs: number): void {
    this.#lastEndMs = nowMs;
  }

  /** What follows is no part of the next pass. */
  idle(): void {
    this.#lastEndMs = null;
  }
}
