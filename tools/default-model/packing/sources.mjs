// @ts-check
import { generateExample } from '../generate.mjs';
import { Random } from '../language/random.mjs';
import { storyFor } from '../skills/stories.mjs';
import { tell } from '../stories/story.mjs';

/**
 * One thing to learn from: a conversation, or a text of its own.
 *
 * @typedef {{ messages: import('../skills/conversation.mjs').Message[] } | { text: string }} Sample
 */

/** Gives the samples of every source one after the other; the same seed gives the same ones. */
export class Sources {
  #passages;
  #seed;
  #split;
  #start;
  /** @type {Map<string, number>} */
  #given = new Map();

  /**
   * @param {readonly string[]} passages of books; begun anew when all are given
   * @param {number} seed
   * @param {import('../skills/conversation.mjs').Split} split
   * @param {number} [start] index of each source's first sample
   */
  constructor(passages, seed, split, start = 0) {
    this.#passages = passages;
    this.#seed = seed;
    this.#split = split;
    this.#start = start;
  }

  /** @param {string} name `books`, `tales` or a skill's @returns {Sample} */
  next(name) {
    const given = this.#given.get(name) ?? 0;
    this.#given.set(name, given + 1);
    const index = this.#start + given;
    if (name === 'books') {
      const text = this.#passages[index % this.#passages.length];
      if (text === undefined) throw new RangeError('no passages');
      return { text };
    }
    if (name === 'tales') {
      const random = new Random('tale', this.#split, this.#seed, index);
      return { text: tell(random, storyFor(random, this.#split)) };
    }
    return generateExample(name, this.#seed, index, this.#split);
  }

  /** How many samples each source has given. */
  get counts() {
    return Object.fromEntries(this.#given);
  }
}

/** All that a sample says, without its marks. @param {Sample} sample */
export function textOf(sample) {
  return 'text' in sample
    ? sample.text
    : sample.messages.map(({ role, content }) => `${role}\n${content}`).join('\n');
}
