// @ts-check
/**
 * How a text falls into the pieces within which tokens are merged: words with the space before them, digits one
 * by one, runs of signs, white space. The tokenizer's file carries the same pattern.
 */
export const WORD_PATTERN =
  "'(?:[sdmt]|ll|ve|re)(?!\\p{L})| ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const WORDS = new RegExp(WORD_PATTERN, 'gu');

/** The pieces in order; joined they are the text. @param {string} text @returns {string[]} */
export function splitWords(text) {
  return text.match(WORDS) ?? [];
}
