import { describe, expect, it } from 'vitest';
import { assumedWords, learnWords, promptText } from '../../../../src/bench/load/prompt-words.ts';

/** Tokens as a server would count them: a template, and for each word its costs. */
const counter =
  (costs: (word: string) => number, template = 11) =>
  (text: string) =>
    Promise.resolve(text.split(' ').reduce((sum, word) => sum + costs(word), template));

/** Words with an h are split in two. */
const splitting = counter((word) => (word.includes('h') ? 2 : 1));

describe('learned words', () => {
  it.each([12, 13, 40, 41, 500])('make a prompt of exactly %d tokens', async (tokens) => {
    const words = await learnWords(splitting);
    expect(words).toMatchObject({ baseTokens: 11, source: 'counted' });
    for (let index = 0; index < 20; index++) {
      expect(await splitting(promptText(words, tokens, { seed: 3, index }))).toBe(tokens);
    }
  });

  it('leave out those that merge with themselves, whose costs do not add up', async () => {
    const merging = (text: string) => Promise.resolve(text.startsWith('of') ? 9 : 3 + text.split(' ').length);
    const { words } = await learnWords(merging);
    expect(words.map(({ text }) => text)).not.toContain('of');
    expect(words.length).toBeGreaterThan(10);
  });

  it('come as near as they can where no word is a token', async () => {
    const bytes = counter((word) => word.length + 1, 0);
    const words = await learnWords(bytes);
    const counted = await bytes(promptText(words, 100, { seed: 1, index: 0 }));
    expect(counted).toBeLessThanOrEqual(100);
    expect(counted).toBeGreaterThan(96);
  });

  it('are a word at least', async () => {
    const words = await learnWords(splitting);
    expect(promptText(words, 1, { seed: 1, index: 0 }).split(' ')).toHaveLength(1);
  });

  it('are taken to be a token each where the server does not count', async () => {
    const words = await learnWords(() => Promise.resolve(null));
    expect(words).toEqual(assumedWords());
    expect(promptText(words, 7, { seed: 1, index: 0 }).split(' ')).toHaveLength(7);
  });
});

describe('prompts', () => {
  it('are the same for a seed and an index, and begin unlike all others', () => {
    const words = assumedWords();
    const beginnings = new Set<string>();
    for (const seed of [1, 2]) {
      for (let index = 0; index < 50; index++) {
        const text = promptText(words, 12, { seed, index });
        expect(promptText(words, 12, { seed, index })).toBe(text);
        beginnings.add(text.split(' ').slice(0, 8).join(' '));
      }
    }
    expect(beginnings.size).toBe(100);
  });
});
