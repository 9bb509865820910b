// @ts-check
/**
 * Share of the training tokens that each source gets, in percent. `books` and `tales` (stories without a
 * request) are texts of their own, all others skills.
 *
 * @type {Readonly<Record<string, number>>}
 */
export const MIX = {
  books: 9,
  tales: 1.5,
  stories: 7.5,
  reading: 17,
  arithmetic: 8,
  'word-problems': 4,
  numbers: 4,
  lists: 11,
  counting: 3,
  letters: 2.5,
  fields: 6,
  calendar: 3,
  units: 1.5,
  facts: 5,
  words: 2,
  describe: 1.5,
  persona: 2.5,
  refusals: 1.5,
  nonsense: 0.5,
  'follow-ups': 4.5,
  'system-prompts': 4.5,
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
