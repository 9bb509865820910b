import type { GrammarPlaces } from './grammar-places.ts';
import type { Places } from './places.ts';
import type { TokenTrie } from './token-trie.ts';

/**
 * Tells `visit` of every token whose bytes all lead on from `from`: one walk over the tree of tokens, which passes over
 * what lies behind a byte that leads nowhere.
 *
 * @param visit called with where tokens lead, and their place in `trie.tokens`: from `start` up to `end`
 */
export function walkTokens(
  trie: TokenTrie,
  grammar: GrammarPlaces,
  from: Places,
  visit: (to: Places, start: number, end: number) => void,
): void {
  const { bytes, depths, skips, tokenStart } = trie;
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
    const start = tokenStart[node] as number;
    const end = tokenStart[node + 1] as number;
    if (end > start) visit(next, start, end);
    node++;
  }
}
