import { BYTE_ALPHABET } from './byte-alphabet.ts';
import type { DecoderPlan } from './decoder-plan.ts';

const encoder = new TextEncoder();
const FALLBACK = /^<0x([0-9A-Fa-f]{2})>$/;

/**
 * The UTF-8 bytes, possibly a fragment of a character, that the vocabulary entry `token` adds to a text.
 * `added`: it is an added token, which byte-level vocabularies spell in plain text.
 */
export function tokenToBytes(plan: DecoderPlan, token: string, added: boolean): Uint8Array {
  if (plan.byteLevel) return (added ? null : spelledBytes(token)) ?? encoder.encode(token);
  let text = token;
  for (const [from, to] of plan.replacements) text = text.replaceAll(from, to);
  const fallback = plan.byteFallback ? FALLBACK.exec(text) : null;
  return fallback === null ? encoder.encode(text) : Uint8Array.of(Number.parseInt(fallback[1]!, 16));
}

/** Null when a character is outside the alphabet: the entry is plain text then. */
function spelledBytes(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_ALPHABET.get(token[i]!);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
