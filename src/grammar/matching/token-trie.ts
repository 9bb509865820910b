import { specialBytes } from '../special-bytes.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * All tokens as a tree over their bytes, in the order of a walk that visits a node before its children. A walk goes on
 * at `i + 1` into the children of i, or at `skip[i]` past them.
 */
export interface TokenTrie {
  /** uint8 [nodes]: the byte that leads to the node; the root has none and is left out. */
  readonly bytes: Uint8Array;
  /** uint16 [nodes]: how many bytes lead to the node's parent. */
  readonly depths: Uint16Array;
  /** int32 [nodes]: the node behind this one and all below it. */
  readonly skips: Int32Array;
  /** int32 [nodes + 1]: tokens that end in node i are `tokens[tokenStart[i] .. tokenStart[i + 1])`. */
  readonly tokenStart: Int32Array;
  readonly tokens: Int32Array;
}

const LAST_TEXT_BYTE = 0xf4;

interface Entry {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/**
 * Tokens that add nothing to a text are left out, but special ones are spelled as grammars spell them. Where a
 * vocabulary has no token for some byte of longer characters, tokens that end within a character are left out too: it
 * might not be possible to complete it.
 */
export function buildTokenTrie(vocabulary: Vocabulary): TokenTrie {
  const entries = textEntries(vocabulary);
  entries.push(...specialEntries(vocabulary));
  entries.sort((a, b) => Buffer.compare(a.bytes, b.bytes) || a.id - b.id);
  const bytes: number[] = [];
  const depths: number[] = [];
  const skips: number[] = [];
  const tokenStart: number[] = [];
  const tokens: number[] = [];
  /** Nodes on the way to the newest. */
  const path: number[] = [];
  let before: Uint8Array = new Uint8Array(0);
  for (const entry of entries) {
    const shared = sharedPrefix(before, entry.bytes);
    for (const left of path.splice(shared)) skips[left] = bytes.length;
    for (let depth = shared; depth < entry.bytes.length; depth++) {
      path.push(bytes.length);
      bytes.push(entry.bytes[depth] ?? 0);
      depths.push(depth);
      skips.push(0);
      tokenStart.push(tokens.length);
    }
    tokens.push(entry.id);
    before = entry.bytes;
  }
  for (const left of path) skips[left] = bytes.length;
  tokenStart.push(tokens.length);
  return {
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    skips: Int32Array.from(skips),
    tokenStart: Int32Array.from(tokenStart),
    tokens: Int32Array.from(tokens),
  };
}

function textEntries(vocabulary: Vocabulary): Entry[] {
  const entries: Entry[] = [];
  const singles = new Set<number>();
  for (let id = 0; id < vocabulary.size; id++) {
    const bytes = vocabulary.tokenBytes(id);
    // Bytes that no text has mark special tokens, whatever single bytes a vocabulary has tokens for.
    if (bytes.length === 0 || bytes.some((byte) => byte > LAST_TEXT_BYTE)) continue;
    if (vocabulary.endTokenIds.has(id)) continue;
    entries.push({ id, bytes });
    if (bytes.length === 1) singles.add(bytes[0] ?? 0);
  }
  let complete = true;
  for (let byte = 0x80; byte < 0xc0; byte++) complete &&= singles.has(byte);
  return complete ? entries : entries.filter(({ bytes }) => isWellFormed(bytes));
}

function isWellFormed(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
}

function specialEntries(vocabulary: Vocabulary): Entry[] {
  const entries: Entry[] = [];
  for (let id = 0; id < vocabulary.size; id++) {
    const name = vocabulary.specialName(id);
    if (name !== '') entries.push({ id, bytes: specialBytes(name) });
  }
  return entries;
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
