// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted, plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { drawPerson, drawPlaces } from '../stories/cast.mjs';
import { singleTurnSkill } from './conversation.mjs';

const words = readWordLists('words', 'common', 'animals', 'fruit');

const PHRASES = {
  items: {
    train: [
      'How many [words|items|things] are in this list: {list}?',
      'Count the [words|items|things]: {list}',
      'How many [words|items] are there: {list}?',
      'Count how many [words|items] this list has: {list}',
    ],
    test: ['Here is a list: {list}. What is its length?'],
  },
  repeats: {
    train: [
      'How many times does {word} come in this list: {list}?',
      'How often is {word} in the list {list}?',
      'Count the word {word}: {list}',
      'How many {many} are in this list: {list}?',
    ],
    test: ['Look at {list}. How often do you see {word}?'],
  },
  sentence: {
    train: [
      'How many words are in the sentence “{sentence}”?',
      'Count the words: {sentence}',
      'Count the words in “{sentence}”',
    ],
    test: ['What is the number of words here: “{sentence}”'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

const SENTENCES = [
  ['The', '{q}', '{n}', '{v}.'],
  ['{Name}', 'likes', 'the', '{q}', '{n}.'],
  ['{Name}', 'saw', 'the', '{n}', '{place}.'],
  ['My', '{n}', 'is', '{q}.'],
  ['The', '{n}', 'and', 'the', '{m}', '{v}', '{place}.'],
  ['Where', 'is', 'the', '{q}', '{n}?'],
  ['{Name}', 'has', 'one', '{n}', 'and', 'two', '{q}', 'friends.'],
];

/** @param {Random} random */
function drawSentence(random) {
  const [n = '', m = ''] = random.sample(words.animals, 2);
  const values = {
    n,
    m,
    q: random.pick(['small', 'old', 'happy', 'brown', 'quiet', 'big', 'young', 'funny']),
    v: random.pick(['sleeps', 'sings', 'jumps', 'waits', 'runs', 'plays']),
    Name: drawPerson(random).name,
    place: drawPlaces(random, 1)[0]?.at ?? '',
  };
  return random
    .pick(SENTENCES)
    .join(' ')
    .replace('{m} {v}', `{m} ${values.v.slice(0, -1)}`)
    .replace(/\{(\w+)\}/g, (_, name) => values[/** @type {keyof typeof values} */ (name)]);
}

/** @param {Random} random @param {Kind} kind */
function draw(random, kind) {
  const { common, animals, fruit } = words;
  if (kind === 'items') {
    const items = random.sample(random.pick([common, common, animals, fruit]), random.between(2, 9));
    return { values: { list: items.join(', ') }, count: items.length, key: [...items].sort() };
  }
  if (kind === 'repeats') {
    const [word = '', ...others] = random.sample(random.pick([animals, fruit]), random.between(2, 4));
    const count = random.between(1, 4);
    const fill = Array.from({ length: random.between(1, 4) }, () => random.pick(others));
    const items = random.sample([...Array.from({ length: count }, () => word), ...fill]);
    return { values: { list: items.join(', '), word, many: plural(word) }, count, key: [word, ...items] };
  }
  const sentence = drawSentence(random);
  return { values: { sentence }, count: sentence.split(' ').length, key: [sentence] };
}

/** @param {Random} random @param {Split} split */
function countingTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (['items', 'items', 'repeats', 'sentence']));
  const { values, count } = drawFor(
    split,
    `counting-${kind}`,
    () => draw(random, kind),
    ({ key }) => key,
  );
  const answer =
    kind === 'repeats' ? counted(count, 'time') : counted(count, kind === 'items' ? 'item' : 'word');
  const user = say(random, split, PHRASES[kind], values).replace(/[“”]/g, '"');
  const check = { kind: /** @type {const} */ ('number'), value: count };
  return { user, answer: `${answer}.`, brief: String(count), check };
}

export const COUNTING = singleTurnSkill('counting', PHRASES, countingTurn);
