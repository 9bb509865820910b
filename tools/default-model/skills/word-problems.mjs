// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted, plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { drawPeople } from '../stories/cast.mjs';
import { equation, resultOf } from './arithmetic.mjs';
import { singleTurnSkill } from './conversation.mjs';

const { countables } = readWordLists('things', 'countables');

const PHRASES = {
  addition: {
    train: [
      '{A} has {x}. {B} gives {A.him} {y} more. How many {things} does {A} have now?',
      '{A} has {x} and finds {y} more. How many {things} does {A} have [now|in all|altogether]?',
      'There {are} {x} on the table. {A} puts {y} more there. How many {things} are on the table?',
      '{A} has {x} and {B} has {y}. How many {things} do they have together?',
      'There {are} {x} in one box and {y} in another. How many {things} are there [in all|altogether]?',
      '{A} [bought|found|collected|counted] {x} on Monday and {y} on Tuesday. How many {things} is that?',
      'A bag holds {x}. {A} adds {y}. How many {things} are in the bag now?',
    ],
    test: [
      'In the morning {A} had {x}, and in the evening {A.he} got {y} on top. How many {things} are there?',
      '{B} brings {y} to {A}, who already has {x}. What is the number of {things}?',
    ],
  },
  subtraction: {
    train: [
      '{A} has {x}. {A.He} gives {y} to {B}. How many {things} does {A} have left?',
      '{A} had {x} and lost {y}. How many {things} are left?',
      'There {are} {x} in a bag. {A} takes {y} out. How many {things} are left in the bag?',
      '{A} has {x}, and {B} has {y}. How many more {things} does {A} have than {B}?',
      '{A} picked {x} and {B} ate {y} of them. How many {things} are left?',
      'A shop has {x}. It sells {y}. How many {things} are left in the shop?',
    ],
    test: [
      'Out of {x}, {A} used {y}. How many {things} remain?',
      '{B} took {y} of the {x} that {A} had. What is left?',
    ],
  },
  multiplication: {
    train: [
      'There are {a} boxes with {y} in each box. How many {things} are there [in all|altogether]?',
      '{A} has {a} bags. Each bag holds {y}. How many {things} does {A} have?',
      '{A} buys {y} every day for {a} days. How many {things} does {A.he} buy?',
      'Each of {a} children has {y}. How many {things} do they have together?',
      '{A} makes {a} rows of {y}. How many {things} is that?',
    ],
    test: ['{a} shelves hold {y} each. What is the number of {things}?'],
  },
};

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/** @param {Random} random @param {Split} split */
function wordProblemTurn(random, split) {
  const operation = random.pick(/** @type {const} */ (['addition', 'subtraction', 'multiplication']));
  const [A, B] = drawPeople(random, 2);
  const noun = random.pick(countables);
  const draw = () => {
    if (operation === 'multiplication')
      return { operation, a: random.between(2, 10), b: random.between(2, 10) };
    const [p, q] = [random.between(1, 20), random.between(1, 20)];
    if (operation === 'addition') return { operation, a: p, b: q };
    return { operation, a: p + q, b: q };
  };
  // Small sums are known by heart; what is held out is the sum of these very things.
  const problem = drawFor(split, 'word-problem', draw, ({ a, b }) => [noun, operation, a, b]);
  const { a, b } = problem;
  const values = {
    A,
    B,
    a,
    are: a === 1 ? 'is' : 'are',
    x: counted(a, noun),
    y: counted(b, noun),
    things: plural(noun),
  };
  const result = resultOf(problem);
  return {
    user: say(random, split, PHRASES[operation], /** @type {any} */ (values)),
    answer: `${equation(problem)}, so the answer is ${counted(result, noun)}.`,
    brief: String(result),
    check: { kind: /** @type {const} */ ('number'), value: result },
  };
}

export const WORD_PROBLEMS = singleTurnSkill('word-problems', PHRASES, wordProblemTurn);
