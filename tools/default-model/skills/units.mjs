// @ts-check
import { plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** Large unit, small unit, how many small make a large one, and the highest count asked. */
const UNITS = /** @type {const} */ ([
  ['meter', 'centimeter', 100, 40],
  ['kilometer', 'meter', 1000, 40],
  ['centimeter', 'millimeter', 10, 90],
  ['kilogram', 'gram', 1000, 40],
  ['liter', 'milliliter', 1000, 20],
  ['euro', 'cent', 100, 40],
  ['hour', 'minute', 60, 12],
  ['minute', 'second', 60, 12],
  ['day', 'hour', 24, 7],
  ['week', 'day', 7, 12],
  ['year', 'month', 12, 10],
  ['dozen', 'egg', 12, 6],
]);

const SHORT = new Map(
  Object.entries({
    meter: 'm',
    centimeter: 'cm',
    kilometer: 'km',
    millimeter: 'mm',
    kilogram: 'kg',
    gram: 'g',
    liter: 'l',
    milliliter: 'ml',
  }),
);

const PHRASES = {
  down: {
    train: [
      'How many {small} are [in|there in] {n} {large}?',
      'Convert {n} {large} to {small}.',
      'What is {n} {large} in {small}?',
      '{n} {large} in {small}[|?]',
      'How many {small} is {n} {large}?',
      'Change {n} {large} into {small}.',
    ],
    test: ['Tell me how many {small} you get from {n} {large}.'],
  },
  up: {
    train: [
      'How many {large} are {m} {small}?',
      'Convert {m} {small} to {large}.',
      'What is {m} {small} in {large}?',
      '{m} {small} in {large}[|?]',
      'How many {large} is {m} {small}?',
      'Change {m} {small} into {large}.',
    ],
    test: ['Tell me how many {large} you get from {m} {small}.'],
  },
};

/** Share of questions with "cm" for "centimeters", and with British "metres". */
const ABBREVIATED = 0.25;
const BRITISH = 0.4;

/** @param {string} unit */
const british = (unit) => unit.replace('meter', 'metre').replace('liter', 'litre');

/** @param {import('./conversation.mjs').Random} random @param {import('./conversation.mjs').Split} split */
function unitsTurn(random, split) {
  const [large, small, factor, most] = random.pick(UNITS);
  const direction = random.pick(/** @type {const} */ (['down', 'down', 'up']));
  // With factors of ten the count is copied, and can be split; tables of sevens and twelves are known by heart.
  const decimal = factor % 10 === 0 && factor !== 60;
  const n = drawFor(
    split,
    `units-${large}-${small}`,
    () => random.between(direction === 'up' ? 2 : 1, most),
    (count) => (decimal && count > 10 ? [count] : null),
  );
  const m = n * factor;
  const short = random.chance(ABBREVIATED) && SHORT.has(large) && SHORT.has(small);
  const spelled = random.chance(BRITISH) ? british : (/** @type {string} */ unit) => unit;
  const unit = (/** @type {string} */ name, /** @type {number} */ count) => {
    if (short) return SHORT.get(name) ?? name;
    if (name === 'dozen') return name;
    return count === 1 ? spelled(name) : plural(spelled(name));
  };
  const down = direction === 'down';
  // Whatever was asked for is counted in the plural: "how many weeks are 14 days?"
  const user = say(random, split, PHRASES[direction], {
    n,
    m,
    large: unit(large, down ? n : 2),
    small: unit(small, down ? 2 : m),
  });
  const [given, wanted] = [`${n} ${unit(large, n)}`, `${m} ${unit(small, m)}`];
  return {
    user,
    answer: down ? `${given} = ${wanted}` : `${wanted} = ${given}`,
    brief: String(down ? m : n),
    check: { kind: /** @type {const} */ ('number'), value: down ? m : n },
  };
}

export const UNIT_CONVERSIONS = singleTurnSkill('units', PHRASES, unitsTurn, { casual: true });
