// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { plural, withArticle } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Turn} Turn */

/** @type {Record<string, string[]>} */
const data = readData('word-pairs');
const { plurals } = readWordLists('word-pairs', 'plurals');

/** @param {string} name @returns {[string, string][]} */
const pairs = (name) =>
  (data[name] ?? []).flatMap((line) =>
    line.split('; ').map((pair) => /** @type {[string, string]} */ (pair.split(': '))),
  );

const OPPOSITES = pairs('opposites').flatMap(
  ([a, b]) =>
    /** @type {[string, string][]} */ ([
      [a, b],
      [b, a],
    ]),
);
const PASTS = pairs('pasts');
const RHYMES = pairs('rhymes');
const CATEGORIES = pairs('categories').map(([name, list]) => ({ name, members: list.split(', ') }));

/** All words that are right: the opposite of "old" is "new" or "young". @param {string} word */
const rightOpposites = (word) => OPPOSITES.flatMap(([one, other]) => (one === word ? [other] : []));

const PHRASES = {
  opposite: {
    train: [
      'What is the opposite of {word}?',
      '[Tell me|Give me] the opposite of {word}.',
      'Opposite of {word}?',
      "What's the opposite of {word}?",
      'Which word is the opposite of {word}?',
    ],
    test: ['If it is not {word}, then it is the contrary: what?', 'Name the contrary of {word}.'],
  },
  plural: {
    train: [
      'What is the plural of {word}?',
      '[Tell me|Give me] the plural of {word}.',
      'Plural of {word}?',
      'One {word}, two ...?',
      'How do you say more than one {word}?',
    ],
    test: ['I have one {word}, you have two. Two what?'],
  },
  past: {
    train: [
      'What is the past tense of {word}?',
      '[Tell me|Give me] the past tense of {word}.',
      'Past tense of {word}?',
      'Put "{word}" into the past tense.',
      'Today I {word}. Yesterday I ...?',
    ],
    test: ['Which form of {word} do I use for yesterday?'],
  },
  rhyme: {
    train: [
      'What rhymes with {word}?',
      'Tell me a word that rhymes with {word}.',
      'Find a rhyme for {word}.',
      'Which word rhymes with {word}?',
    ],
    test: ['I need a word with the same sound at the end as {word}.'],
  },
  kind: {
    train: [
      'What kind of thing is {a word}?',
      'Is {a word} {a one} or {a two}?',
      '{A word}: {one} or {two}?',
    ],
    test: ['Does {a word} belong to {ones} or to {twos}?'],
  },
  odd: {
    train: [
      'Which word does not belong: {list}?',
      'Which one is different: {list}?',
      'Find the odd one out: {list}',
      'What does not fit: {list}?',
    ],
    test: ['One of these is not like the others: {list}. Which?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */

/** @param {...string} any @returns {import('./conversation.mjs').Check} */
const contains = (...any) => ({ kind: 'contains', any, maxWords: 12 });

/** @type {Record<Kind, (random: Random, split: Split) => Turn>} */
const TURNS = {
  opposite: (random, split) => {
    const [word] = random.pick(OPPOSITES);
    // The first of several right words is always the one that is taught.
    const right = rightOpposites(word);
    const answer = `The opposite of ${word} is ${right[0]}.`;
    return {
      user: say(random, split, PHRASES.opposite, { word }),
      answer,
      check: contains(...right),
    };
  },
  plural: (random, split) => {
    const word = random.pick(plurals);
    const answer = `The plural of ${word} is ${plural(word)}.`;
    return { user: say(random, split, PHRASES.plural, { word }), answer, check: contains(plural(word)) };
  },
  past: (random, split) => {
    const [word, past] = random.pick(PASTS);
    const answer = `The past tense of ${word} is ${past}.`;
    return { user: say(random, split, PHRASES.past, { word }), answer, check: contains(past) };
  },
  rhyme: (random, split) => {
    const [word, rhyme] = random.pick(RHYMES);
    return {
      user: say(random, split, PHRASES.rhyme, { word }),
      answer: `${word} - ${rhyme}`,
      check: contains(rhyme),
    };
  },
  kind: (random, split) => {
    const draw = () => {
      const [right, wrong] = random.sample(COUNTABLE_CATEGORIES, 2);
      return { right, wrong, word: random.pick(right?.members ?? []) };
    };
    const { right, wrong, word } = drawFor(split, 'words-kind', draw, (drawn) => [
      drawn.word,
      drawn.wrong?.name ?? '',
    ]);
    const names = random.sample([right?.name ?? '', wrong?.name ?? '']);
    const [one = '', two = ''] = names;
    const values = { word, one, two, ones: plural(one), twos: plural(two) };
    const answer = `${withArticle(word).replace(/^a/, 'A')} is ${withArticle(right?.name ?? '')}.`;
    return { user: say(random, split, PHRASES.kind, values), answer, check: contains(right?.name ?? '') };
  },
  odd: (random, split) => {
    const draw = () => {
      const [most, other] = random.sample(CATEGORIES, 2);
      const odd = random.pick(other?.members ?? []);
      return {
        odd,
        list: random.sample([odd, ...random.sample(most?.members ?? [], random.between(2, 3))]),
        most,
      };
    };
    const { odd, list } = drawFor(split, 'words-odd', draw, (drawn) => [...drawn.list].sort());
    return {
      user: say(random, split, PHRASES.odd, { list: list.join(', ') }),
      answer: odd,
      check: { kind: 'exact', answers: [odd] },
    };
  },
};

const COUNTABLE_CATEGORIES = CATEGORIES.filter(({ name }) =>
  ['vegetable', 'animal', 'bird', 'tool', 'vehicle', 'tree', 'flower', 'fruit'].includes(name),
);

/** Words are few and known by heart, so tests ask about the same ones in other words. */
const KINDS = /** @type {Kind[]} */ ([
  'opposite',
  'opposite',
  'plural',
  'past',
  'rhyme',
  'kind',
  'odd',
  'odd',
]);

export const WORDS = singleTurnSkill('words', PHRASES, (random, split) => {
  const turn = TURNS[random.pick(KINDS)](random, split);
  const brief = turn.check.kind === 'contains' ? turn.check.any[0] : undefined;
  return { ...turn, brief: brief ?? turn.answer };
});
