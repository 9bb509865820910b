import type { TextDecoder as TokenDecoder } from '../../src/core/index.ts';

/** A tokenizer's text side over a fixed table: token i stands for `pieces[i]`, a string or bytes that may cut a character. */
export function bytePieceDecoder(
  pieces: readonly (string | Uint8Array)[],
  endTokenIds: ReadonlySet<number>,
): TokenDecoder {
  const encoder = new TextEncoder();
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece));
  return {
    endTokenIds,
    tokenText: (tokenId) => Buffer.from(bytes[tokenId] ?? []).toString(),
    tokenBytes: (tokenId) => bytes[tokenId] ?? new Uint8Array(),
    createTextStream() {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      return {
        push(tokenId) {
          const piece = bytes[tokenId];
          if (piece === undefined) throw new Error(`No piece for token ${tokenId}.`);
          return decoder.decode(piece, { stream: true });
        },
        flush: () => decoder.decode(),
      };
    },
  };
}
