/** Counts the calls that are being answered, so that a shutdown can wait for them. */
export class CallsInFlight {
  #count = 0;
  #onEmpty: (() => void)[] = [];

  /** The call's end is to be told by calling what is returned, once. */
  begin(): () => void {
    this.#count++;
    return () => {
      this.#count--;
      if (this.#count > 0) return;
      const waiting = this.#onEmpty;
      this.#onEmpty = [];
      for (const resolve of waiting) resolve();
    };
  }

  /** Resolves when no call is left. */
  empty(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
