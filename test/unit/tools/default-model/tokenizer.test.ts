import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer, type Tokenizer } from '../../../../src/engine/index.ts';
import { generateExample } from '../../../../tools/default-model/generate.mjs';
import { conversationDocument, textDocument } from '../../../../tools/default-model/packing/document.mjs';
import { splitWords } from '../../../../tools/default-model/tokenizer/split-words.mjs';
import { TextEncoder } from '../../../../tools/default-model/tokenizer/text-encoder.mjs';
import { tokenizerFiles } from '../../../../tools/default-model/tokenizer/tokenizer-files.mjs';
import { trainBpe } from '../../../../tools/default-model/tokenizer/train-bpe.mjs';

const ALPHABET = ['\n', ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))];

/** Tokens of a text by what byte-pair encoding is: the whole corpus counted anew for every merge. */
function naiveBpe(words: Map<string, number>, merges: number): string[] {
  let pieces = [...words].map(([word, count]) => ({ tokens: [...word], count }));
  const learned: string[] = [];
  for (let m = 0; m < merges; m++) {
    const counts = new Map<string, number>();
    for (const { tokens, count } of pieces)
      for (let i = 0; i + 1 < tokens.length; i++) {
        const pair = `${tokens[i]}\t${tokens[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    const [best] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    if (best === undefined || best[1] < 2) break;
    const [left, right] = best[0].split('\t');
    learned.push(`${left}+${right}`);
    pieces = pieces.map(({ tokens, count }) => {
      const merged: string[] = [];
      for (const token of tokens) {
        if (token === right && merged.at(-1) === left) merged[merged.length - 1] = `${left}${right}`;
        else merged.push(token);
      }
      return { tokens: merged, count };
    });
  }
  return learned;
}

function countWords(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const texts = ['stories', 'arithmetic', 'facts', 'fields'].flatMap((name) =>
  Array.from({ length: 20 }, (_, i) =>
    generateExample(name, 1, i, 'train')
      .messages.map(({ content }) => content)
      .join('\n'),
  ),
);
const files = tokenizerFiles(
  ALPHABET,
  trainBpe(countWords(texts), { alphabet: new Set(ALPHABET), merges: 300 }),
  1024,
);
const encoder = new TextEncoder(files);

describe('byte-pair encoding', () => {
  it('learns the merges that counting anew finds', () => {
    const words = countWords(texts.slice(0, 24));
    const found = trainBpe(words, { alphabet: new Set(ALPHABET), merges: 60 });
    expect(found.map(([left, right]) => `${left}+${right}`)).toEqual(naiveBpe(words, 60));
  });

  it('merges within runs of one letter from the left', () => {
    const merges = trainBpe(new Map([['aaaaa', 3]]), { alphabet: new Set('a'), merges: 5 });
    expect(merges).toEqual([
      ['a', 'a'],
      ['aa', 'a'],
      ['aa', 'aaa'],
    ]);
  });

  it('stops where no pair comes twice, and never joins across unknown characters', () => {
    expect(trainBpe(new Map([['ab', 1]]), { alphabet: new Set('ab'), merges: 9 })).toEqual([]);
    expect(trainBpe(new Map([['a€b', 7]]), { alphabet: new Set('ab'), merges: 9 })).toEqual([]);
  });
});

describe('the tokenizer', () => {
  let folder: string;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quept-tokenizer-'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), JSON.stringify(content));
    tokenizer = await loadTokenizer(folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('gives any text back, unknown characters by their bytes', () => {
    const text = fc.string({ unit: fc.oneof(fc.constantFrom(...ALPHABET), fc.string({ unit: 'grapheme' })) });
    fc.assert(
      fc.property(text, (original) => {
        const ids = tokenizer.encode(original, { addSpecialTokens: true });
        expect(tokenizer.decode(ids)).toBe(original);
      }),
      { numRuns: 300 },
    );
  });

  it('cuts digits singly and keeps the space with the word after it', () => {
    const tokens = (text: string) =>
      [...tokenizer.encode(text, { addSpecialTokens: false })].map((id) => tokenizer.tokenText(id));
    expect(tokens('12 + 345')).toEqual(['1', '2', ' +', ' ', '3', '4', '5']);
    expect(tokens(' the')).toEqual([' the']);
    const words = ['I', "'m", ' ', ' "', 'here', '"', '\n', '\n', 'now'];
    expect(splitWords(words.join(''))).toEqual(words);
  });

  it('is, word by word, the tokenizer that is shipped', () => {
    for (const text of [...texts, 'naïve — “quoted” 你好 😀\t\n  x', "it's <|im_end|"])
      expect(encoder.encode(text)).toEqual([...tokenizer.encode(text, { addSpecialTokens: false })]);
  });

  it('lays conversations out in training as its chat template does in serving', () => {
    for (const name of ['system-prompts', 'follow-ups', 'reading']) {
      const { messages } = generateExample(name, 5, 1, 'train');
      const { tokens } = conversationDocument(encoder, messages, true);
      const served = tokenizer.encodeChat(messages, { addGenerationPrompt: false });
      expect(tokens.slice(0, -1)).toEqual([...served].slice(0, -1));
      expect(tokens.at(-1)).toBe(encoder.idOf('<|endoftext|>'));
      const asked = tokenizer.encodeChat(messages.slice(0, -1), { addGenerationPrompt: true });
      expect(tokens.slice(0, asked.length)).toEqual([...asked]);
    }
    expect([...tokenizer.endTokenIds].sort()).toEqual([
      encoder.idOf('<|endoftext|>'),
      encoder.idOf('<|im_end|>'),
    ]);
  });

  it('learns answers and their ends alone where it is told to', () => {
    const messages = [
      { role: 'user' as const, content: 'Hello there' },
      { role: 'assistant' as const, content: 'Hello!' },
    ];
    const { tokens, mask } = conversationDocument(encoder, messages, true);
    const learned = tokens.filter((_, i) => mask[i] === 1);
    expect(learned).toEqual([...encoder.encode('Hello!'), encoder.idOf('<|im_end|>')]);
    expect(conversationDocument(encoder, messages, false).mask).not.toContain(0);
    expect(textDocument(encoder, 'Once.').mask).not.toContain(0);
    expect(() => encoder.idOf('<|pad|>')).toThrow('<|pad|>');
  });
});
