// @ts-check
import { readWordLists } from '../language/data.mjs';
import { ordinal } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const words = readWordLists('words', 'common', 'animals', 'fruit', 'colours');

const PHRASES = {
  sortWords: {
    train: [
      'Sort these words [alphabetically|in alphabetical order|from A to Z]: {list}',
      'Sort [alphabetically|from A to Z]: {list}',
      '[Please put|Put] these words in alphabetical order: {list}',
      'Put in alphabetical order: {list}',
      'Can you sort these words[ from A to Z|]: {list}?',
      'Order these words by the alphabet: {list}',
    ],
    test: [
      'Arrange {list} in the order of the alphabet.',
      'Here are some words: {list}. Sort them by their first letter.',
    ],
  },
  sortNumbers: {
    train: [
      'Sort these numbers: {list}',
      'Sort these numbers from [small to large|smallest to largest|low to high]: {list}',
      '[Please put|Put] these numbers in order: {list}',
      'Order these numbers [from small to large|from low to high]: {list}',
      'Sort in ascending order: {list}',
    ],
    test: ['Arrange {list} so that the smallest number comes first.'],
  },
  sortDown: {
    train: [
      'Sort these numbers from [large to small|largest to smallest|high to low]: {list}',
      'Order these numbers from [large to small|high to low]: {list}',
      'Sort in descending order: {list}',
    ],
    test: ['Arrange {list} so that the largest number comes first.'],
  },
  reverse: {
    train: [
      'Reverse this list: {list}',
      '[Please reverse|Reverse] the list {list}.',
      'Write this list backwards: {list}',
      'Reverse the order of {list}',
      'Say these in reverse order: {list}',
    ],
    test: ['Give me {list} in the opposite order.', 'Turn this list around: {list}'],
  },
  nth: {
    train: [
      'What is the {nth} [word|item] in this list: {list}?',
      'Which [word|item] is {nth}: {list}?',
      'Give me the {nth} [word|item] of the list {list}.',
    ],
    test: ['From {list}, take the {nth} one.'],
  },
  last: {
    train: [
      'What is the last [word|item] in this list: {list}?',
      'Which [word|item] is last: {list}?',
      'Give me the last [word|item] of the list {list}.',
    ],
    test: ['From {list}, take the one at the end.'],
  },
  contains: {
    train: [
      'Is {word} in this list: {list}?',
      'Does this list contain {word}: {list}?',
      'Is the word {word} in the list {list}?',
    ],
    test: ['Look at {list}. Can you see {word} there?'],
  },
  remove: {
    train: [
      'Remove {word} from this list: {list}',
      'Take {word} out of the list {list}.',
      'Delete {word} from the list: {list}',
    ],
    test: ['Say {list}, but without {word}.'],
  },
  append: {
    train: [
      'Add {word} to this list: {list}',
      'Add {word} to the end of the list {list}.',
      'Put {word} at the end of this list: {list}',
    ],
    test: ['Say {list}, and then {word}.'],
  },
  join: {
    train: ['Join these lists: {list} and {more}', 'Put the lists {list} and {more} together.'],
    test: ['Make one list of {list} and {more}.'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Check} Check */
/** @typedef {{ kind: Kind, values: Record<string, string | number>, answer: string, check: Check, key: (string | number)[] }} Drawn */

const WEIGHTS = {
  sortWords: 5,
  sortNumbers: 4,
  sortDown: 2,
  reverse: 4,
  nth: 2,
  last: 1,
  contains: 2,
  remove: 2,
  append: 1,
  join: 1,
};

/** Words to list, all of one sort now and then. @param {Random} random @param {number} count */
function drawWords(random, count) {
  const { common, animals, fruit, colours } = words;
  return random.sample(random.pick([common, common, common, animals, fruit, colours]), count);
}

/** @param {Random} random */
function drawNumbers(random) {
  /** @type {Set<number>} */
  const numbers = new Set();
  const high = random.pick([20, 99, 99]);
  for (const size = random.between(3, 5); numbers.size < size; ) numbers.add(random.between(1, high));
  return [...numbers];
}

/** @param {readonly (string | number)[]} items */
function listed(items) {
  return {
    answer: items.join(', '),
    check: { kind: /** @type {const} */ ('list'), items: items.map(String) },
  };
}

/** @param {string} answer @param {...string} also */
function exactly(answer, ...also) {
  return { answer, check: { kind: /** @type {const} */ ('exact'), answers: [answer, ...also] } };
}

/** @param {Random} random @param {Kind} kind @returns {Drawn} */
function draw(random, kind) {
  if (kind === 'sortNumbers' || kind === 'sortDown') {
    const numbers = drawNumbers(random);
    const sorted = [...numbers].sort((a, b) => (kind === 'sortDown' ? b - a : a - b));
    return { kind, values: { list: numbers.join(', ') }, ...listed(sorted), key: sorted };
  }
  const drawn = drawWords(random, random.between(4, 7));
  const [word = '', ...rest] = drawn;
  const items =
    kind === 'sortWords' ? drawn.slice(0, random.between(3, 5)) : random.sample(rest, rest.length);
  const values = { list: items.join(', '), word };
  const key = [kind, ...[...items].sort()];
  switch (kind) {
    case 'sortWords':
      return { kind, values, ...listed([...items].sort()), key };
    case 'reverse':
      return { kind, values, ...listed([...items].reverse()), key };
    case 'nth': {
      const position = random.between(1, Math.min(items.length, 4));
      return {
        kind,
        values: { ...values, nth: ordinal(position) },
        ...exactly(items[position - 1] ?? ''),
        key,
      };
    }
    case 'last':
      return { kind, values, ...exactly(items.at(-1) ?? ''), key };
    case 'contains': {
      const there = random.chance(0.5);
      const asked = there ? random.pick(items) : word;
      const answer = there ? `Yes, ${asked} is in the list.` : `No, ${asked} is not in the list.`;
      return { kind, values: { ...values, word: asked }, ...exactly(answer, there ? 'Yes' : 'No'), key };
    }
    case 'remove': {
      const gone = random.pick(items);
      return {
        kind,
        values: { ...values, word: gone },
        ...listed(items.filter((item) => item !== gone)),
        key,
      };
    }
    case 'append':
      return { kind, values, ...listed([...items, word]), key };
    default: {
      const [left, right] = [items.slice(0, -2), items.slice(-2)];
      return { kind, values: { list: left.join(', '), more: right.join(', ') }, ...listed(items), key };
    }
  }
}

/** @param {Random} random @param {Split} split */
function listTurn(random, split) {
  const kinds = /** @type {Kind[]} */ (Object.keys(PHRASES));
  const kind = kinds[random.weighted(kinds.map((name) => WEIGHTS[name]))] ?? 'reverse';
  const { values, answer, check } = drawFor(
    split,
    'lists',
    () => draw(random, kind),
    ({ key }) => key,
  );
  return { user: say(random, split, PHRASES[kind], values), answer, check };
}

export const LISTS = singleTurnSkill('lists', PHRASES, listTurn);
