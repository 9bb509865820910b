import { describe, expect, it } from 'vitest';
import { generateExample } from '../../../../tools/default-model/generate.mjs';
import { allChoices } from '../../../../tools/default-model/language/template.mjs';
import { SKILLS, skillNamed } from '../../../../tools/default-model/skills/all.mjs';

type Split = 'train' | 'test';

const EXAMPLES = 300;
const names = SKILLS.map(({ name }) => name);

const examples = (name: string, split: Split, count = EXAMPLES) =>
  Array.from({ length: count }, (_, index) => generateExample(name, 1, index, split));

const userTexts = (name: string, split: Split, count?: number) =>
  examples(name, split, count).flatMap(({ messages }) =>
    messages.filter(({ role }) => role === 'user').map(({ content }) => content),
  );

describe('an example', () => {
  it('depends on skill, seed, index and split alone', () => {
    for (const name of names) {
      const alone = generateExample(name, 3, 17, 'train');
      examples(name, 'test', 5);
      expect(generateExample(name, 3, 17, 'train')).toEqual(alone);
    }
    expect(generateExample('stories', 3, 17, 'train')).not.toEqual(
      generateExample('stories', 4, 17, 'train'),
    );
    expect(() => skillNamed('dancing')).toThrow("no skill 'dancing'");
  });

  it.each(names)('of %s is a conversation that ends with an answer', (name) => {
    for (const { messages, check } of examples(name, 'train')) {
      const roles = messages.map(({ role }) => role);
      expect(roles.join(' ')).toMatch(/^(?:system )?user assistant(?: user assistant)*$/);
      expect(messages.at(-1)?.content.trim()).not.toBe('');
      expect(check.kind).toBeTruthy();
    }
  });
});

describe('the test split', () => {
  it.each(SKILLS)('of $name has words of its own', ({ phrases }) => {
    for (const [kind, { train, test }] of Object.entries(phrases)) {
      const known = new Set(train.flatMap(allChoices).map(normalised));
      const repeated = test
        .flatMap(allChoices)
        .map(normalised)
        .filter((text) => known.has(text));
      expect(repeated, kind).toEqual([]);
      expect(test.length, kind).toBeGreaterThan(0);
    }
  });

  // What is asked after a story or a name of one's own is the same question about something else.
  it.each(names)('of %s asks nothing that training has asked', (name) => {
    const known = new Set(examples(name, 'train', 4 * EXAMPLES).map(questionOf));
    const repeated = examples(name, 'test')
      .map(questionOf)
      .filter((question) => known.has(question));
    expect(repeated).toEqual([]);
  });
});

describe('texts', () => {
  const FAULTS = [
    /undefined|\[object|NaN|null,|\bthe the\b|\ba an\b|\ban a\b/,
    /(?<!^) {2}|[ \t]\n| [.,!?](?! Answer)(?![.\w?])(?<!= \?)/,
    /\b[Aa] [aeio](?!ne)[a-z]+/,
    /\b[Aa]n (?!hour|honest)[bcdfghjklmnpqrstvwxyz][a-z]/,
    /[“”‘’{}[\]|]/,
  ];

  it.each(names.filter((name) => !['nonsense', 'fields', 'system-prompts'].includes(name)))(
    'of %s have no gaps, slots left open or wrong articles',
    (name) => {
      const faulty = (['train', 'test'] as const)
        .flatMap((split) => examples(name, split))
        .flatMap(({ messages }) => messages.map(({ content }) => content))
        .filter((text) => FAULTS.some((fault) => fault.test(text)));
      expect(faulty).toEqual([]);
    },
  );

  it('are various: few prompts of the long skills come twice, and no story', () => {
    for (const name of ['reading', 'lists', 'fields', 'word-problems', 'follow-ups']) {
      const texts = examples(name, 'train').map(questionOf);
      expect(new Set(texts).size, name).toBeGreaterThan(0.97 * texts.length);
    }
    const stories = examples('stories', 'train').map(({ messages }) => messages.at(-1)?.content);
    expect(new Set(stories).size).toBe(stories.length);
  });

  it('are typed carelessly now and then, and answered all the same', () => {
    expect(userTexts('facts', 'train').some((text) => /^[a-z ]+$/.test(text))).toBe(true);
  });
});

/** All that stands before the last answer. */
function questionOf({ messages }: { messages: { role: string; content: string }[] }): string {
  return normalised(
    messages
      .slice(0, -1)
      .map(({ content }) => content)
      .join('\n'),
  );
}

function normalised(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<=\w)[.?!]+$/, '')
    .trim();
}
