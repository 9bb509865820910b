// @ts-check
import { numberInWords } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';
import { workedSteps } from './worked-steps.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {'addition' | 'subtraction' | 'multiplication' | 'division'} Operation */
/** @typedef {{ operation: Operation, a: number, b: number }} Problem */

const PHRASES = {
  addition: {
    train: [
      '{a} + {b}',
      '{a}+{b}',
      '{a} + {b} = ?',
      '{a} + {b} =',
      '{a}+{b}=?',
      "[What is|What's|How much is] {a} + {b}?",
      '[What is|How much is|What does it make:] {a} plus {b}?',
      '[Please add|Add|Can you add] {a} and {b}.',
      'What is the sum of {a} and {b}?',
      '[Calculate|Compute|Work out|Solve] {a} + {b}[.|]',
      'What do you get when you add {b} to {a}?',
      '{a} plus {b}[|?| is what?| equals?]',
    ],
    test: [
      'Tell me {a} plus {b}.',
      'I need to know {a} + {b}.',
      'Find the total of {a} and {b}.',
      'So {a} + {b} is?',
    ],
  },
  subtraction: {
    train: [
      '{a} - {b}',
      '{a}-{b}',
      '{a} - {b} = ?',
      '{a} - {b} =',
      '{a}-{b}=?',
      "[What is|What's|How much is] {a} - {b}?",
      '[What is|How much is] {a} minus {b}?',
      '[Please subtract|Subtract|Take] {b} from {a}.',
      '[Calculate|Compute|Work out|Solve] {a} - {b}[.|]',
      'What is the difference between {a} and {b}?',
      'What is {b} less than {a}?',
      '{a} minus {b}[|?| is what?| equals?]',
    ],
    test: [
      'Tell me {a} minus {b}.',
      'I need to know {a} - {b}.',
      'Start at {a} and go down by {b}.',
      'So {a} - {b} is?',
    ],
  },
  multiplication: {
    train: [
      '{a} x {b}',
      '{a} * {b}',
      '{a}*{b}',
      '{a} x {b} = ?',
      "[What is|What's|How much is] {a} [x|*] {b}?",
      '[What is|How much is] {a} times {b}?',
      '[Please multiply|Multiply] {a} by {b}.',
      '[Calculate|Compute|Work out] {a} [x|*|times] {b}[.|]',
      'What is the product of {a} and {b}?',
      '{a} times {b}[|?| is what?]',
    ],
    test: ['Tell me {a} times {b}.', 'I need to know {a} x {b}.', 'So {a} * {b} is?'],
  },
  division: {
    train: [
      '{a} / {b}',
      '{a} / {b} = ?',
      "[What is|What's|How much is] {a} / {b}?",
      '[What is|How much is] {a} divided by {b}?',
      '[Please divide|Divide] {a} by {b}.',
      '[Calculate|Compute|Work out] {a} / {b}[.|]',
      'How many times does {b} go into {a}?',
    ],
    test: ['Tell me {a} divided by {b}.', 'I need to know {a} / {b}.', 'So {a} / {b} is?'],
  },
  numberOnly: {
    train: [
      '{question} [Give|Write|Say] only the number.',
      '{question} [Answer with|Reply with] [just|only] the number.',
      '{question} [Just the number.|Only the number, please.|Just the result, please.]',
    ],
    test: ['{question} I want the number and nothing else.'],
  },
  steps: {
    train: [
      '[Work out|Calculate|Solve] {sum} step by step.',
      'What is {sum}? [Show your work.|Think step by step.|Show each step.|Explain the steps.]',
      '[Explain|Show me] how to [work out|calculate] {sum}.',
    ],
    test: ['Do {sum} for me, one step after the other.'],
  },
};

/** Share of answers that are the bare number, of those that show the steps, and of operands written in words. */
const NUMBER_ONLY = 0.2;
const STEPS = 0.15;
const IN_WORDS = 0.06;

/** How often each sort of problem comes; two digits matter most in use and still can be learned. */
const SORTS = /** @type {const} */ ([
  { weight: 14, operation: 'addition', low: 0, high: 10 },
  { weight: 24, operation: 'addition', low: 1, high: 99 },
  { weight: 8, operation: 'addition', low: 10, high: 999 },
  { weight: 10, operation: 'subtraction', low: 0, high: 10 },
  { weight: 20, operation: 'subtraction', low: 1, high: 99 },
  { weight: 6, operation: 'subtraction', low: 10, high: 999 },
  { weight: 13, operation: 'multiplication', low: 0, high: 12 },
  { weight: 5, operation: 'division', low: 1, high: 12 },
]);

const SIGNS = { addition: '+', subtraction: '-', multiplication: 'x', division: '/' };

/** @param {Problem} problem */
export function resultOf({ operation, a, b }) {
  if (operation === 'addition') return a + b;
  if (operation === 'subtraction') return a - b;
  return operation === 'multiplication' ? a * b : a / b;
}

/** `23 + 45 = 68`. @param {Problem} problem */
export function equation(problem) {
  return `${problem.a} ${SIGNS[problem.operation]} ${problem.b} = ${resultOf(problem)}`;
}

/** @param {Random} random @param {Split} split @returns {Problem} */
export function drawProblem(random, split) {
  const sort = SORTS[random.weighted(SORTS.map(({ weight }) => weight))] ?? SORTS[0];
  const draw = () => {
    const [x, y] = [random.between(sort.low, sort.high), random.between(sort.low, sort.high)];
    if (sort.operation === 'division') return { operation: sort.operation, a: x * y, b: y };
    if (sort.operation === 'subtraction')
      return { operation: sort.operation, a: Math.max(x, y), b: Math.min(x, y) };
    return { operation: sort.operation, a: x, b: y };
  };
  return drawFor(split, 'sums', draw, problemKey);
}

/** Sums are split by their operands in either order; small ones and tables are known by heart. @param {Problem} problem */
export function problemKey({ operation, a, b }) {
  if (operation === 'multiplication' || operation === 'division' || Math.max(a, b) <= 20) return null;
  return [operation, Math.min(a, b), Math.max(a, b)];
}

/** @param {Random} random @param {Split} split */
function arithmeticTurn(random, split) {
  const problem = drawProblem(random, split);
  const result = resultOf(problem);
  const check = { kind: /** @type {const} */ ('number'), value: result };
  const { operation, a, b } = problem;
  const long = (operation === 'addition' || operation === 'subtraction') && Math.max(a, b) > 20;
  if (long && random.chance(STEPS)) {
    const sum = `${a} ${SIGNS[operation]} ${b}`;
    const answer = `${workedSteps(operation, a, b)}\n${equation(problem)}`;
    return { user: say(random, split, PHRASES.steps, { sum }), answer, check };
  }
  const written = random.chance(IN_WORDS) ? { a: numberInWords(a), b: numberInWords(b) } : { a, b };
  const question = say(random, split, PHRASES[operation], written);
  if (!random.chance(NUMBER_ONLY))
    return { user: question, answer: equation(problem), brief: String(result), check };
  const user = say(random, split, PHRASES.numberOnly, { question: asSentence(question) });
  return {
    user,
    answer: String(result),
    brief: String(result),
    check: { kind: /** @type {const} */ ('exact'), answers: [String(result)] },
  };
}

/** @param {string} question such as "2 + 3 =" */
function asSentence(question) {
  const bare = question.replace(/ ?=$/, '');
  return /[.?]$/.test(bare) ? bare : `${bare}.`;
}

export const ARITHMETIC = singleTurnSkill('arithmetic', PHRASES, arithmeticTurn, { casual: true });
