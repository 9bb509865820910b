import type { TextStream } from '../../core/index.ts';

/** Bytes of a token; null when it has no text (special, end of sequence, not in the vocabulary). */
type BytesOf = (tokenId: number) => Uint8Array | null;

/**
 * Decodes tokens as they come, in constant time per token: UTF-8 is self-synchronising, so the bytes of an
 * unfinished character are all the state there is.
 *
 * `strip`: characters to cut from the start of the text; null for a continuation, where a leading space
 * separates it from the prompt.
 */
export function createIncrementalText(
  bytesOf: BytesOf,
  strip: { readonly content: string; readonly count: number } | null,
): TextStream {
  // A byte order mark inside generated text is a character like any other.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let toStrip = strip?.count ?? 0;
  const trim = (text: string): string => {
    let start = 0;
    while (toStrip > 0 && start < text.length) {
      if (strip === null || !text.startsWith(strip.content, start)) toStrip = 0;
      else {
        start += strip.content.length;
        toStrip--;
      }
    }
    return text.slice(start);
  };
  return {
    push(tokenId) {
      const bytes = bytesOf(tokenId);
      return bytes === null ? '' : trim(decoder.decode(bytes, { stream: true }));
    },
    flush: () => trim(decoder.decode()),
  };
}
