import type { CacheBudget } from './cache-budget.ts';
import { Endings } from './endings.ts';
import type { GrammarPlaces } from './grammar-places.ts';
import type { FollowingTokens, Places } from './places.ts';
import type { TokenTrie } from './token-trie.ts';
import { walkTokens } from './walk-tokens.ts';

/** Says which tokens may follow where, for all answers of one grammar. */
export class Following {
  readonly #trie: TokenTrie;
  readonly #grammar: GrammarPlaces;
  readonly #budget: CacheBudget;
  readonly #ends: Uint32Array;
  readonly #endings: Endings;

  /** @param ends bits of the tokens that end an answer, uint32 [⌈V / 32⌉] */
  constructor(trie: TokenTrie, grammar: GrammarPlaces, budget: CacheBudget, ends: Uint32Array) {
    this.#trie = trie;
    this.#grammar = grammar;
    this.#budget = budget;
    this.#ends = ends;
    this.#endings = new Endings(trie, grammar);
  }

  /**
   * Tokens that may follow at `at` when `left` may yet be drawn: those behind which the answer can be completed within
   * them. All tokens where even the shortest ending would not fit.
   *
   * @returns uint32 [⌈V / 32⌉], lowest bit first
   */
  mask(at: Places, left: number): Uint32Array {
    const following = at.following ?? this.#find(at);
    const room = left - 1;
    if (following.enough <= room || this.#endings.of(at) > left) return following.mask;
    if (!following.exact) this.#measure(at, following);
    return following.enough <= room ? following.mask : this.#within(at, room);
  }

  #find(at: Places): FollowingTokens {
    const mask = this.#endsAt(at);
    let enough = Number.NEGATIVE_INFINITY;
    this.#walk(at, (to, start, end) => {
      this.#set(mask, start, end);
      // No token adds less than a byte.
      if (to.rest > enough && !mayBeCut(at, to, this.#grammar.prose)) enough = to.rest;
    });
    this.#budget.take(mask.byteLength);
    at.following = { mask, enough, exact: false };
    return at.following;
  }

  #measure(at: Places, following: FollowingTokens): void {
    let enough = Number.NEGATIVE_INFINITY;
    let last: Places | null = null;
    this.#walk(at, (to) => {
      if (to === last || mayBeCut(at, to, this.#grammar.prose)) return;
      last = to;
      enough = Math.max(enough, this.#endings.of(to));
    });
    following.enough = enough;
    following.exact = true;
  }

  /** Those tokens alone behind which the answer can be completed by `room` more. */
  #within(at: Places, room: number): Uint32Array {
    const mask = this.#endsAt(at);
    this.#walk(at, (to, start, end) => {
      if (to.rest <= room || mayBeCut(at, to, this.#grammar.prose) || this.#endings.of(to) <= room)
        this.#set(mask, start, end);
    });
    return mask;
  }

  #walk(at: Places, visit: (to: Places, start: number, end: number) => void): void {
    if (at.places.length > 0) walkTokens(this.#trie, this.#grammar, at, visit);
  }

  #endsAt({ final }: Places): Uint32Array {
    return final ? this.#ends.slice() : new Uint32Array(this.#ends.length);
  }

  #set(mask: Uint32Array, start: number, end: number): void {
    const { tokens } = this.#trie;
    for (let t = start; t < end; t++) {
      const id = tokens[t] as number;
      mask[id >>> 5] = (mask[id >>> 5] as number) | (1 << (id & 31));
    }
  }
}

/** Whether a limit that comes between `at` and `to`, or behind them, cuts an answer short: prose goes on to there. */
export function mayBeCut(at: Places, to: Places, prose: boolean): boolean {
  return at.final && to.final && prose;
}
