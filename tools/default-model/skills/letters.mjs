// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { singleTurnSkill } from './conversation.mjs';

const { spelling } = readWordLists('words', 'spelling');
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

const PHRASES = {
  spell: {
    train: [
      'Spell [the word |]{word}.',
      'How do you spell {word}?',
      'Can you spell {word}?',
      'Please spell [the word |]{word}.',
    ],
    test: ['Say the letters of {word}, one by one.'],
  },
  count: {
    train: [
      'How many letters [are in|are there in|does it take to write] the word {word}?',
      'How many letters are in {word}?',
      'Count the letters in {word}.',
      'How many letters does the word {word} have?',
    ],
    test: ['What is the number of letters in {word}?'],
  },
  first: {
    train: [
      'What is the first letter of [the word |]{word}?',
      'What letter does {word} [start|begin] with?',
      'Which letter is the first in {word}?',
    ],
    test: ['With which letter does {word} begin?'],
  },
  last: {
    train: [
      'What is the last letter of [the word |]{word}?',
      'What letter does {word} end with?',
      'Which letter is the last in {word}?',
    ],
    test: ['With which letter does {word} end?'],
  },
  capitals: {
    train: [
      'Write {word} in [capital letters|capitals|upper case].',
      'Put {word} in [capitals|capital letters].',
    ],
    test: ['Make all letters of {word} big.'],
  },
  after: {
    train: [
      'What letter comes after {letter}?',
      'Which letter [comes|is] [right |]after {letter} in the alphabet?',
      'What is the letter after {letter}?',
    ],
    test: ['I say the alphabet and stop at {letter}. What is next?'],
  },
  before: {
    train: [
      'What letter comes before {letter}?',
      'Which letter [comes|is] [right |]before {letter} in the alphabet?',
      'What is the letter before {letter}?',
    ],
    test: ['In the alphabet, who stands in front of {letter}?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/**
 * What letters a word has cannot be seen in its tokens, so it is known by heart: tests ask the same words.
 *
 * @param {Random} random
 * @param {Split} split
 */
function letterTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  const word = random.pick(spelling);
  const spelled = [...word].join('-');
  const position = random.between(kind === 'before' ? 1 : 0, ALPHABET.length - (kind === 'after' ? 2 : 1));
  const letter = (ALPHABET[position] ?? '').toUpperCase();
  const answers = {
    spell: spelled,
    count: `${spelled}: ${counted(word.length, 'letter')}.`,
    first: word.charAt(0),
    last: word.charAt(word.length - 1),
    capitals: word.toUpperCase(),
    after: (ALPHABET[position + 1] ?? '').toUpperCase(),
    before: (ALPHABET[position - 1] ?? '').toUpperCase(),
  };
  const answer = answers[kind];
  return {
    user: say(random, split, PHRASES[kind], { word, letter }),
    answer,
    check: checkOf(kind, answer, word),
  };
}

/** @param {Kind} kind @param {string} answer @param {string} word @returns {import('./conversation.mjs').Check} */
function checkOf(kind, answer, word) {
  if (kind === 'count') return { kind: 'number', value: word.length };
  /** @type {import('./conversation.mjs').Check} */
  const exact = { kind: 'exact', answers: [answer] };
  return kind === 'capitals' ? { kind: 'all', checks: [exact, { kind: 'upper-case' }] } : exact;
}

export const LETTERS = singleTurnSkill('letters', PHRASES, letterTurn);
