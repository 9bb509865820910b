// @ts-check
/**
 * A stream of random numbers that depends on nothing but its labels, so that example i of seed s is the same
 * whatever was drawn before or beside it. Generator: small fast counting (sfc32), started from a hash of the
 * labels.
 *
 * Source: Doty-Humphrey, "PractRand" (sfc32); Appleby, MurmurHash3 (finaliser).
 */
export class Random {
  #a;
  #b;
  #c;
  #counter = 1;

  /** @param {...(string | number)} labels numbers must be integers of at most 53 bits */
  constructor(...labels) {
    this.#a = hashLabels(labels, 0x9e3779b9);
    this.#b = hashLabels(labels, 0x85ebca6b);
    this.#c = hashLabels(labels, 0xc2b2ae35);
    for (let round = 0; round < 12; round++) this.#next();
  }

  /** Uniform in 0..2^32−1. */
  #next() {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  unit() {
    return this.#next() / 2 ** 32;
  }

  /** Uniform in 0..count−1. @param {number} count */
  below(count) {
    return Math.floor(this.unit() * count);
  }

  /** Uniform in low..high, both included. @param {number} low @param {number} high */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /** @param {number} probability */
  chance(probability) {
    return this.unit() < probability;
  }

  /**
   * @template T
   * @param {readonly T[]} list not empty
   * @returns {T}
   */
  pick(list) {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  /**
   * `count` different entries in random order, a new array.
   *
   * @template T
   * @param {readonly T[]} list
   * @param {number} [count] all of them by default
   * @returns {T[]}
   */
  sample(list, count = list.length) {
    if (count > list.length) throw new RangeError(`${count} of ${list.length} entries`);
    // A few of many by rejection, so that a long list is not copied for three words.
    if (count * 4 < list.length) {
      /** @type {Set<number>} */
      const chosen = new Set();
      while (chosen.size < count) chosen.add(this.below(list.length));
      return [...chosen].map((index) => /** @type {T} */ (list[index]));
    }
    const rest = [...list];
    for (let i = 0; i < count; i++) {
      const j = i + this.below(rest.length - i);
      [rest[i], rest[j]] = [/** @type {T} */ (rest[j]), /** @type {T} */ (rest[i])];
    }
    return rest.slice(0, count);
  }

  /**
   * An index, with probability in proportion to its weight.
   *
   * @param {readonly number[]} weights
   */
  weighted(weights) {
    let rest = this.unit() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < weights.length - 1; i++) {
      rest -= weights[i] ?? 0;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }
}

/**
 * A 32-bit hash of a list of labels; [1, 23] and [12, 3] differ, as do 1 and '1'.
 *
 * @param {readonly (string | number)[]} labels
 * @param {number} [start]
 */
export function hashLabels(labels, start = 0) {
  let hash = start;
  for (const label of labels) {
    if (typeof label === 'number') {
      hash = mixIn(hash, 0x4e756d62);
      hash = mixIn(hash, label >>> 0);
      hash = mixIn(hash, Math.floor(label / 2 ** 32) >>> 0);
    } else {
      hash = mixIn(hash, 0x54657874 ^ label.length);
      for (let i = 0; i < label.length; i++) hash = mixIn(hash, label.charCodeAt(i));
    }
  }
  return finish(hash);
}

/** @param {number} hash @param {number} value */
function mixIn(hash, value) {
  let mixed = Math.imul(value, 0xcc9e2d51);
  mixed = (mixed << 15) | (mixed >>> 17);
  let next = hash ^ Math.imul(mixed, 0x1b873593);
  next = (next << 13) | (next >>> 19);
  return (Math.imul(next, 5) + 0xe6546b64) | 0;
}

/** @param {number} hash */
function finish(hash) {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
