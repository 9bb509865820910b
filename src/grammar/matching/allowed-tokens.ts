import type { GrammarPlaces } from './grammar-places.ts';
import type { Places } from './places.ts';
import type { TokenTrie } from './token-trie.ts';

/**
 * Sets the bit of every token whose bytes all lead on from `from`: one walk over the tree of tokens, which passes over
 * what lies behind a byte that leads nowhere.
 *
 * @param allowed uint32 [⌈V / 32⌉], lowest bit first; bits are only added
 */
export function allowTokens(
  trie: TokenTrie,
  grammar: GrammarPlaces,
  from: Places,
  allowed: Uint32Array,
): void {
  const { bytes, depths, skips, tokenStart, tokens } = trie;
  /** Where the bytes on the way to the node lead. */
  const stack = [from];
  let node = 0;
  while (node < bytes.length) {
    const depth = depths[node] as number;
    const before = stack[depth] as Places;
    const next = (before.next ?? grammar.row(before))[bytes[node] as number] as Places | null;
    if (next === null) {
      node = skips[node] as number;
      continue;
    }
    stack[depth + 1] = next;
    const end = tokenStart[node + 1] as number;
    for (let t = tokenStart[node] as number; t < end; t++) {
      const id = tokens[t] as number;
      allowed[id >>> 5] = (allowed[id >>> 5] as number) | (1 << (id & 31));
    }
    node++;
  }
}
