// @ts-check
import { numberInWords } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const PHRASES = {
  larger: {
    train: [
      'Which [number |]is [larger|bigger|greater], {a} or {b}?',
      'What is the [larger|bigger] number: {a} or {b}?',
      'Is {a} or {b} [larger|bigger|greater]?',
    ],
    test: ['Tell me which one is more: {a} or {b}.'],
  },
  smaller: {
    train: [
      'Which [number |]is [smaller|less], {a} or {b}?',
      'What is the smaller number: {a} or {b}?',
      'Is {a} or {b} smaller?',
    ],
    test: ['Tell me which one is less: {a} or {b}.'],
  },
  largest: {
    train: [
      '[What|Which] is the [largest|biggest|highest] of these[| numbers]: {list}?',
      '[Find|Give me] the [largest|biggest] number: {list}',
      'Which number is the [largest|biggest]: {list}?',
    ],
    test: ['Pick the number that is above all others: {list}'],
  },
  smallest: {
    train: [
      '[What|Which] is the [smallest|lowest] of these[| numbers]: {list}?',
      '[Find|Give me] the smallest number: {list}',
      'Which number is the smallest: {list}?',
    ],
    test: ['Pick the number that is below all others: {list}'],
  },
  next: {
    train: [
      'What [number |]comes after {a}?',
      'Which number is [next after|right after] {a}?',
      'What is the number after {a}?',
    ],
    test: ['I count up and say {a}. What do I say next?'],
  },
  previous: {
    train: [
      'What [number |]comes before {a}?',
      'Which number is [just|right] before {a}?',
      'What is the number before {a}?',
    ],
    test: ['I count down and say {a}. What do I say next?'],
  },
  parity: {
    train: [
      'Is {a} even or odd?',
      'Is the number {a} [odd or even|even or odd]?',
      'Tell me if {a} is even or odd.',
    ],
    test: ['Even or odd: {a}?'],
  },
  double: {
    train: ['What is [double|twice|two times] {a}?', 'Double {a}.', 'What is the double of {a}?'],
    test: ['Tell me two times the number {a}.'],
  },
  half: {
    train: ['What is half of {a}?', 'Halve {a}.', 'How much is [half of|one half of] {a}?'],
    test: ['Tell me one half of the number {a}.'],
  },
  words: {
    train: [
      'Write {a} in words.',
      'Write the number {a} as words.',
      'How do you [write|spell] {a} in words?',
    ],
    test: ['Put {a} into words.'],
  },
  digits: {
    train: ['Write {words} in digits.', 'Write {words} as a number.', 'What is {words} in digits?'],
    test: ['Put {words} into digits.'],
  },
  count: {
    train: [
      'Count from {a} to {b}.',
      'Please count from {a} to {b}.',
      'Can you count from {a} to {b}?',
      'Count up from {a} to {b}.',
    ],
    test: ['Say all numbers between {a} and {b}, with both ends.'],
  },
  countDown: {
    train: ['Count down from {b} to {a}.', 'Count backwards from {b} to {a}.'],
    test: ['Say the numbers from {b} back to {a}.'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Check} Check */
/** @typedef {{ values: Record<string, string | number>, key: (string | number)[] | null, answer: string, check: Check }} Drawn */

/** @param {string} answer @param {string[]} also @returns {Check} */
const exact = (answer, ...also) => ({ kind: 'exact', answers: [answer, ...also] });

/** @param {Random} random */
const upTo99 = (random) => random.between(0, 99);

/** @type {Readonly<Record<Kind, (random: Random) => Drawn>>} */
const DRAW = {
  larger: (random) => ofPair(random, Math.max),
  smaller: (random) => ofPair(random, Math.min),
  largest: (random) => ofList(random, Math.max),
  smallest: (random) => ofList(random, Math.min),
  next: (random) => plain(random.between(0, 300), (a) => a + 1),
  previous: (random) => plain(random.between(1, 300), (a) => a - 1),
  parity: (random) => {
    const a = random.between(0, 200);
    const answer = `${a} is ${a % 2 === 0 ? 'even' : 'odd'}.`;
    return { values: { a }, key: [a], answer, check: exact(answer, a % 2 === 0 ? 'even' : 'odd') };
  },
  double: (random) => plain(upTo99(random), (a) => 2 * a),
  half: (random) => plain(2 * upTo99(random), (a) => a / 2),
  words: (random) => {
    const a = random.between(0, 999);
    return { values: { a }, key: [a], answer: numberInWords(a), check: exact(numberInWords(a)) };
  },
  digits: (random) => {
    const a = random.between(0, 999);
    return { values: { words: numberInWords(a) }, key: [a], answer: String(a), check: exact(String(a)) };
  },
  count: (random) => ofRange(random, false),
  countDown: (random) => ofRange(random, true),
};

/** @param {Random} random @param {(a: number, b: number) => number} best @returns {Drawn} */
function ofPair(random, best) {
  const high = random.pick([20, 99, 99, 999]);
  const a = random.between(0, high);
  const b = a === high ? a - 1 : random.between(a + 1, high);
  const [first, second] = random.sample([a, b]);
  const answer = String(best(a, b));
  return {
    values: { a: first ?? a, b: second ?? b },
    key: [Math.min(a, b), Math.max(a, b)],
    answer,
    check: exact(answer),
  };
}

/** @param {Random} random @param {(...numbers: number[]) => number} best @returns {Drawn} */
function ofList(random, best) {
  /** @type {Set<number>} */
  const numbers = new Set();
  for (const size = random.between(3, 5); numbers.size < size; ) numbers.add(upTo99(random));
  const list = [...numbers];
  const answer = String(best(...list));
  return { values: { list: list.join(', ') }, key: list, answer, check: exact(answer) };
}

/** @param {number} a @param {(a: number) => number} result @returns {Drawn} */
function plain(a, result) {
  const answer = String(result(a));
  return { values: { a }, key: [a], answer, check: exact(answer) };
}

/** @param {Random} random @param {boolean} down @returns {Drawn} */
function ofRange(random, down) {
  const a = random.chance(0.6) ? random.between(0, 9) : random.between(10, 90);
  const b = a + random.between(2, 9);
  const items = Array.from({ length: b - a + 1 }, (_, i) => String(down ? b - i : a + i));
  return {
    values: { a, b },
    key: a < 3 ? null : [a, b],
    answer: items.join(', '),
    check: { kind: 'list', items },
  };
}

/** @param {Random} random @param {Split} split */
function numbersTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  const { values, answer, check } = drawFor(
    split,
    `numbers-${kind}`,
    () => DRAW[kind](random),
    ({ key }) => key,
  );
  return { user: say(random, split, PHRASES[kind], values), answer, brief: answer, check };
}

export const NUMBERS = singleTurnSkill('numbers', PHRASES, numbersTurn, { casual: true });
