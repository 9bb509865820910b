// @ts-check
/**
 * Learns a byte-pair encoding: starting from single characters, the most frequent pair of neighbouring tokens
 * becomes a token, until the vocabulary is full or no pair occurs twice. Ties go to the pair that sorts first, so
 * the same counts give the same vocabulary. Time is proportional to the words that a merge changes.
 *
 * Source: Sennrich, Haddow & Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016.
 *
 * @param {ReadonlyMap<string, number>} wordCounts pieces of text and how often they occur
 * @param {{ alphabet: ReadonlySet<string>, merges: number }} options characters outside the alphabet part words
 * @returns {[left: string, right: string][]} in order, at most `merges`
 */
export function trainBpe(wordCounts, { alphabet, merges: limit }) {
  const words = partWords(wordCounts, alphabet);
  const pairs = new PairCounts();
  for (const [index, { tokens, count }] of words.entries()) pairs.add(tokens, count, index);
  /** @type {[string, string][]} */
  const merges = [];
  while (merges.length < limit) {
    const pair = pairs.mostFrequent();
    if (pair === null) break;
    merges.push([pair.left, pair.right]);
    for (const index of [...pair.words]) {
      const word = /** @type {Word} */ (words[index]);
      pairs.add(word.tokens, -word.count, index);
      word.tokens = mergedTokens(word.tokens, pair.left, pair.right);
      pairs.add(word.tokens, word.count, index);
    }
  }
  return merges;
}

/** @typedef {{ tokens: string[], count: number }} Word */
/** @typedef {{ left: string, right: string, count: number, words: Set<number> }} Pair */

/** @param {ReadonlyMap<string, number>} wordCounts @param {ReadonlySet<string>} alphabet @returns {Word[]} */
function partWords(wordCounts, alphabet) {
  /** @type {Word[]} */
  const words = [];
  for (const [text, count] of wordCounts) {
    /** @type {string[]} */
    let tokens = [];
    for (const char of text) {
      if (alphabet.has(char)) tokens.push(char);
      else {
        if (tokens.length > 1) words.push({ tokens, count });
        tokens = [];
      }
    }
    if (tokens.length > 1) words.push({ tokens, count });
  }
  return words;
}

/** @param {readonly string[]} tokens @param {string} left @param {string} right */
function mergedTokens(tokens, left, right) {
  /** @type {string[]} */
  const merged = [];
  for (let i = 0; i < tokens.length; i++) {
    const joins = tokens[i] === left && tokens[i + 1] === right;
    merged.push(joins ? left + right : /** @type {string} */ (tokens[i]));
    if (joins) i++;
  }
  return merged;
}

/** How often every pair of neighbours occurs, and in which words. */
class PairCounts {
  /** @type {Map<string, Pair>} */
  #pairs = new Map();

  /** @param {readonly string[]} tokens of word `index` @param {number} count negative to take it away */
  add(tokens, count, index = 0) {
    for (let i = 0; i + 1 < tokens.length; i++) {
      const [left, right] = [/** @type {string} */ (tokens[i]), /** @type {string} */ (tokens[i + 1])];
      const key = `${left}\0${right}`;
      let pair = this.#pairs.get(key);
      if (pair === undefined) {
        pair = { left, right, count: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += count;
      if (count > 0) pair.words.add(index);
      else pair.words.delete(index);
      if (pair.count === 0) this.#pairs.delete(key);
    }
  }

  /** Null when none occurs twice. @returns {Pair | null} */
  mostFrequent() {
    /** @type {Pair | null} */
    let best = null;
    for (const pair of this.#pairs.values()) {
      if (pair.count < 2 || (best !== null && pair.count < best.count)) continue;
      if (best === null || pair.count > best.count || comesFirst(pair, best)) best = pair;
    }
    return best;
  }
}

/** @param {Pair} one @param {Pair} other */
function comesFirst(one, other) {
  return one.left === other.left ? one.right < other.right : one.left < other.left;
}
