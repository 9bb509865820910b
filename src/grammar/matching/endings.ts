import type { GrammarPlaces } from './grammar-places.ts';
import type { Places } from './places.ts';
import type { TokenTrie } from './token-trie.ts';

/** Longer tokens, such as runs of spaces, are not counted on. */
const LONGEST_TOKEN = 32;
/** Endings of more bytes are not followed. */
const LONGEST_ENDING = 8_192;
/** Places that may be looked at for one ending; a grammar that takes more has only shorter ones followed. */
const MAX_WORK = 50_000;

/**
 * How few tokens complete an answer. Counted are those that spell its shortest ending, of equally short ones the first
 * by its bytes: whatever that begins with, what follows is the shortest ending there again. So an answer for whose
 * ending there is room has a next token behind which there is room.
 */
export class Endings {
  readonly #trie: TokenTrie;
  readonly #grammar: GrammarPlaces;
  #longest = LONGEST_ENDING;

  constructor(trie: TokenTrie, grammar: GrammarPlaces) {
    this.#trie = trie;
    this.#grammar = grammar;
  }

  /** The fewest tokens that spell the shortest ending from `at`; infinite where that is not known. */
  of(at: Places): number {
    if (at.ending !== null) return at.ending;
    if (at.rest > this.#longest) return Number.POSITIVE_INFINITY;
    const path = this.#path(at);
    if (path === null) {
      this.#longest = Math.floor(at.rest / 2);
      return Number.POSITIVE_INFINITY;
    }
    for (let i = path.length - 1; i >= 0; i--) {
      const place = path[i] as Places;
      place.ending ??= place.rest === 0 ? 0 : this.#fewest(path, i);
    }
    return at.ending ?? Number.POSITIVE_INFINITY;
  }

  /** Places along the shortest ending, up to its end or where as many are known as a token may reach; null if too much. */
  #path(at: Places): Places[] | null {
    const path = [at];
    let known = 0;
    let work = 0;
    for (let last = at; last.rest > 0 && known < LONGEST_TOKEN; ) {
      last = this.#grammar.shortest(last).to;
      path.push(last);
      known = last.ending === null ? 0 : known + 1;
      work += last.places.length;
      if (work > MAX_WORK) return null;
    }
    return path;
  }

  /** One token more than behind the best of the tokens that spell what follows `path[from]`. */
  #fewest(path: readonly Places[], from: number): number {
    const { bytes, skips, tokenStart } = this.#trie;
    let least = Number.POSITIVE_INFINITY;
    let node = 0;
    let end = bytes.length;
    for (let i = from; i + 1 < path.length && i - from < LONGEST_TOKEN; i++) {
      const { byte } = this.#grammar.shortest(path[i] as Places);
      while (node < end && bytes[node] !== byte) node = skips[node] as number;
      if (node >= end) break;
      if ((tokenStart[node + 1] as number) > (tokenStart[node] as number)) {
        least = Math.min(least, (path[i + 1] as Places).ending ?? Number.POSITIVE_INFINITY);
      }
      end = skips[node] as number;
      node++;
    }
    return 1 + least;
  }
}
