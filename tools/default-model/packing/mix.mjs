// @ts-check
/**
 * Share of the training tokens that each source gets, in percent. `books` and `tales` (stories without a
 * request) are texts of their own, all others skills.
 *
 * @type {Readonly<Record<string, number>>}
 */
export const MIX = {
  books: 6,
  tales: 4,
  stories: 14,
  reading: 18,
  arithmetic: 14,
  'word-problems': 4,
  numbers: 4,
  lists: 10,
  counting: 2,
  letters: 1.5,
  fields: 8,
  calendar: 3,
  units: 3,
  facts: 7,
  words: 4,
  describe: 2,
  persona: 2,
  refusals: 3,
  nonsense: 0.5,
  'follow-ups': 7,
  'system-prompts': 6,
};

/**
 * Says which source comes next, so that each has its share of the tokens at any time.
 */
export class Mixer {
  /** @type {{ name: string, share: number, tokens: number }[]} */
  #sources;
  #tokens = 0;

  /** @param {Readonly<Record<string, number>>} mix */
  constructor(mix) {
    const sum = Object.values(mix).reduce((total, share) => total + share, 0);
    this.#sources = Object.entries(mix).map(([name, share]) => ({ name, share: share / sum, tokens: 0 }));
  }

  /** The source that is furthest behind its share. @returns {string} */
  next() {
    let [furthest, most] = ['', -Infinity];
    for (const { name, share, tokens } of this.#sources) {
      const behind = share * (this.#tokens + 1) - tokens;
      if (behind > most) [furthest, most] = [name, behind];
    }
    return furthest;
  }

  /** @param {string} name @param {number} tokens that it has given */
  given(name, tokens) {
    const source = this.#sources.find((candidate) => candidate.name === name);
    if (source === undefined) throw new RangeError(`no source ${name}`);
    source.tokens += tokens;
    this.#tokens += tokens;
  }
}
