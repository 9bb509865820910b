/** Memory that grammars may keep between tokens, of all of them together. */
export class CacheBudget {
  /** Counts how often everything was to be given back. */
  generation = 0;
  readonly #bytes: number;
  #taken = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Adds what has been kept. */
  take(bytes: number): void {
    this.#taken += bytes;
  }

  /** Asks for everything back once too much has been taken; call while no walk is under way. */
  settle(): void {
    if (this.#taken <= this.#bytes) return;
    this.#taken = 0;
    this.generation++;
  }
}
