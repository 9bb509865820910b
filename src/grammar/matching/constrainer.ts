import type { OutputConstrainer, OutputGrammar, OutputMatcher } from '../../core/index.ts';
import { specialBytes } from '../special-bytes.ts';
import { CacheBudget } from './cache-budget.ts';
import { Following, mayBeCut } from './following.ts';
import { GrammarPlaces } from './grammar-places.ts';
import type { Places } from './places.ts';
import { buildTokenTrie, type TokenTrie } from './token-trie.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Grammars whose places are kept after their last answer. */
const MAX_GRAMMARS = 64;
const CACHE_BYTES = 64 * 2 ** 20;

interface ConstrainerOptions {
  readonly maxGrammars?: number;
  readonly cacheBytes?: number;
}

/**
 * Keeps answers in their grammars. What tokens may follow is found when it is first wanted at a place and kept for the
 * next answer that comes there: grammars share nothing, answers of one grammar everything.
 */
export class GrammarConstrainer implements OutputConstrainer {
  readonly #vocabulary: Vocabulary;
  readonly #maxGrammars: number;
  /** The most recently used last. */
  readonly #grammars = new Map<string, SharedGrammar>();
  readonly #budget: CacheBudget;
  #generation = 0;
  readonly #trie: TokenTrie;
  readonly #ends: Uint32Array;

  constructor(vocabulary: Vocabulary, options: ConstrainerOptions = {}) {
    this.#vocabulary = vocabulary;
    this.#trie = buildTokenTrie(vocabulary);
    this.#ends = endMask(vocabulary);
    this.#maxGrammars = options.maxGrammars ?? MAX_GRAMMARS;
    this.#budget = new CacheBudget(options.cacheBytes ?? CACHE_BYTES);
  }

  start(grammar: OutputGrammar): OutputMatcher {
    // What is kept of idle grammars is given back with them.
    if (this.#generation !== this.#budget.generation) this.#grammars.clear();
    this.#generation = this.#budget.generation;
    const known = this.#grammars.get(grammar.key);
    const shared = known ?? this.#share(grammar);
    this.#grammars.delete(grammar.key);
    this.#grammars.set(grammar.key, shared);
    for (const key of this.#grammars.keys()) {
      if (this.#grammars.size <= this.#maxGrammars) break;
      this.#grammars.delete(key);
    }
    return new GrammarMatcher(shared, this.#vocabulary);
  }

  #share(grammar: OutputGrammar): SharedGrammar {
    this.#budget.take(grammar.edges.byteLength + grammar.calls.byteLength + 13 * grammar.accepting.length);
    const places = new GrammarPlaces(grammar, this.#budget);
    const following = new Following(this.#trie, places, this.#budget, this.#ends);
    return { places, following, budget: this.#budget };
  }
}

interface SharedGrammar {
  readonly places: GrammarPlaces;
  readonly following: Following;
  readonly budget: CacheBudget;
}

class GrammarMatcher implements OutputMatcher {
  readonly #shared: SharedGrammar;
  readonly #vocabulary: Vocabulary;
  #at: Places;
  #complete = false;

  constructor(shared: SharedGrammar, vocabulary: Vocabulary) {
    this.#shared = shared;
    this.#vocabulary = vocabulary;
    this.#at = shared.places.start();
  }

  allowed(left: number): Uint32Array {
    return this.#shared.following.mask(this.#at, left);
  }

  get complete(): boolean {
    return this.#complete;
  }

  accept(tokenId: number): void {
    const { places, budget } = this.#shared;
    const name = this.#vocabulary.specialName(tokenId);
    const bytes = name === '' ? this.#vocabulary.tokenBytes(tokenId) : specialBytes(name);
    let at: Places | null = bytes.length === 0 ? null : this.#at;
    for (const byte of bytes) at = at === null ? null : (places.row(at)[byte] ?? null);
    if (at === null) throw new Error(`Token ${tokenId} is outside of the grammar.`);
    this.#complete = at.final && !mayBeCut(this.#at, at, places.prose);
    this.#at = at;
    budget.settle();
    places.refresh();
  }
}

function endMask({ size, endTokenIds }: Vocabulary): Uint32Array {
  const mask = new Uint32Array(Math.ceil(size / 32));
  for (const id of endTokenIds) {
    if (id < size) mask[id >>> 5] = (mask[id >>> 5] as number) | (1 << (id & 31));
  }
  return mask;
}
