// @ts-check
import { MIX, Mixer } from '../packing/mix.mjs';
import { textOf } from '../packing/sources.mjs';
import { splitWords } from './split-words.mjs';
import { tokenizerFiles } from './tokenizer-files.mjs';
import { trainBpe } from './train-bpe.mjs';

/** Characters of text to learn from, in the proportions of the mix. */
const TEXT = 12_000_000;
/** A character that is rarer stays with its bytes. */
const RARE = 50;
/** Special tokens and bytes. */
const FIXED = 3 + 256;
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/**
 * Learns the tokenizer from what the model will learn from.
 *
 * @param {import('../packing/sources.mjs').Sources} sources
 * @param {{ vocabSize: number, contextLength: number }} shape
 */
export function makeTokenizer(sources, { vocabSize, contextLength }) {
  /** @type {Map<string, number>} */
  const words = new Map();
  const mixer = new Mixer(MIX);
  for (let read = 0; read < TEXT; ) {
    const source = mixer.next();
    const text = textOf(sources.next(source));
    for (const word of splitWords(text)) words.set(word, (words.get(word) ?? 0) + 1);
    mixer.given(source, text.length);
    read += text.length;
  }
  const alphabet = alphabetOf(words);
  const merges = trainBpe(words, {
    alphabet: new Set(alphabet),
    merges: vocabSize - FIXED - alphabet.length,
  });
  return tokenizerFiles(alphabet, merges, contextLength);
}

/** @param {ReadonlyMap<string, number>} words @returns {string[]} */
function alphabetOf(words) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [word, count] of words) {
    for (const char of word) counts.set(char, (counts.get(char) ?? 0) + count);
  }
  const frequent = [...counts].filter(([, count]) => count >= RARE).map(([char]) => char);
  return [...new Set(['\n', ...ASCII, ...frequent.sort()])];
}
