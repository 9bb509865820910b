/** Rungs that a position's keys and values may come from. */
export interface RungSpan {
  readonly least: number;
  readonly most: number;
}

const FIRST_CAPACITY = 64;

/** What the keys and values of a slot were computed from: of each position the token, and the rung it ran at. */
export class KvContent {
  #tokens = new Int32Array(FIRST_CAPACITY);
  #rungs = new Uint16Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(tokens: Int32Array, rung: number): void {
    this.#reserve(this.#length + tokens.length);
    this.#tokens.set(tokens, this.#length);
    this.#rungs.fill(rung, this.#length, this.#length + tokens.length);
    this.#length += tokens.length;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Becomes the first `length` positions of `source`. */
  copy(source: KvContent, length: number): void {
    this.#length = 0;
    this.#reserve(length);
    this.#tokens.set(source.#tokens.subarray(0, length));
    this.#rungs.set(source.#rungs.subarray(0, length));
    this.#length = length;
  }

  /**
   * Positions from the start, `most` of them at most, that hold the tokens of `wanted` and come from rungs of the
   * span. 0 unless it is more than `moreThan`: whoever has found so many elsewhere pays for no comparison in vain.
   */
  shared(wanted: Int32Array, span: RungSpan, most: number, moreThan: number): number {
    const end = Math.min(most, this.#length);
    if (end <= moreThan || !this.#fits(wanted, span, moreThan)) return 0;
    let position = 0;
    while (position < end && this.#fits(wanted, span, position)) position++;
    return position > moreThan ? position : 0;
  }

  #fits(wanted: Int32Array, { least, most }: RungSpan, position: number): boolean {
    const rung = this.#rungs[position] ?? 0;
    return this.#tokens[position] === wanted[position] && rung >= least && rung <= most;
  }

  #reserve(length: number): void {
    if (length <= this.#tokens.length) return;
    const capacity = Math.max(length, 2 * this.#tokens.length);
    const [tokens, rungs] = [new Int32Array(capacity), new Uint16Array(capacity)];
    tokens.set(this.#tokens);
    rungs.set(this.#rungs);
    this.#tokens = tokens;
    this.#rungs = rungs;
  }
}
