// @ts-check
/** @typedef {import('./document.mjs').Document} Document */

/** Windows that are filled side by side: more waste less and mix documents over a longer stretch. */
const OPEN = 64;

/**
 * Packs documents into windows of equal length, none cut: each goes where it leaves least room. A window that no
 * document fits any more is given out, its rest filled with `filler`, unlearned. So is the first token of each
 * window, which nothing before it can tell.
 *
 * @param {number} length tokens of a window
 * @param {number} filler
 */
export class WindowFiller {
  #length;
  #filler;
  /** @type {Document[]} */
  #open = [];

  /** @param {number} length @param {number} filler */
  constructor(length, filler) {
    this.#length = length;
    this.#filler = filler;
  }

  /**
   * Adds a document of at most `length` tokens; longer ones throw RangeError.
   *
   * @param {Document} document
   * @returns {Document | null} a full window, where adding made one
   */
  add(document) {
    const size = document.tokens.length;
    if (size > this.#length) throw new RangeError(`${size} tokens in a window of ${this.#length}`);
    let best = null;
    for (const window of this.#open) {
      const room = this.#length - window.tokens.length;
      if (room >= size && (best === null || window.tokens.length > best.tokens.length)) best = window;
    }
    if (best === null) {
      best = { tokens: [], mask: [] };
      this.#open.push(best);
    }
    best.tokens.push(...document.tokens);
    best.mask.push(...document.mask);
    return this.#open.length > OPEN ? this.#takeFullest() : null;
  }

  /** @returns {Document} */
  #takeFullest() {
    let fullest = 0;
    for (const [i, { tokens }] of this.#open.entries()) {
      if (tokens.length > /** @type {Document} */ (this.#open[fullest]).tokens.length) fullest = i;
    }
    const [window] = /** @type {[Document]} */ (this.#open.splice(fullest, 1));
    while (window.tokens.length < this.#length) {
      window.tokens.push(this.#filler);
      window.mask.push(0);
    }
    window.mask[0] = 0;
    return window;
  }
}
