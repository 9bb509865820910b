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
      'How many {small} [make|make up|do we have in|can you count in|fit in|go into] {n} {large}?',
      'How many {small} [do you get|do I get|do you have|do we have] [with|in|out of] {n} {large}?',
      '[Please |]convert [this |]to {small}: {n} {large}',
      '[Please |]turn {n} {large} into {small}.',
      '[Express|Write|Give|State] {n} {large} in {small}.',
      '[Give|Show] me {n} {large} in {small}[, please|].',
      '{n} {large} [is|makes|equals|means|gives] how many {small}?',
      '{n} {large}: how many {small}[ is that| would that be|]?',
      '{n} {large} to {small}[|?|, please]',
      '{n} {large} = how many {small}[|?]',
      '[convert|conversion]: {n} {large} to {small}',
      'I have {n} {large}. How many {small} [is that|do I have|would that be|is it]?',
      '[We have|You have|There are] {n} {large}. What is that in {small}?',
      'It [was|is] {n} {large}. [Can you say that|Say it|Please give it|What is that] in {small}[?|]',
      'I [want|need|would like] to know how many {small} [{n} {large} is|there are in {n} {large}|are in {n} {large}].',
      'I [want|need|would like] {n} {large} in {small}[.|, please.]',
      '[Can|Could|Would] you [convert|change|turn] {n} {large} [to|into] {small}[ for me|, please|]?',
      '[Can|Could] you tell me how many {small} [are in|there are in|make] {n} {large}?',
      '[Do you know|Work out|Find out|Calculate] how many {small} {n} {large} [is|makes|would be].',
      'In {small}, [what is|how much is] {n} {large}?',
      'How much is {n} {large} [in|when given in|counted in|measured in] {small}?',
      'What do [you|we|I] get [when|if] [you|we|I] [convert|change|turn] {n} {large} [to|into] {small}?',
      'If [I|you|we] have {n} {large}, how many {small} [is that|do I have|would it be]?',
      '[I have homework|For my class|I am not sure|For a recipe|Quick question]: [how many {small} are in|what in {small} is|how many {small} is] {n} {large}?',
      '{n} {large} [should be|must be] [given|written] in {small}. [How many is it|What is the number|What do I write]?',
      'The [list|label|plan|note|paper] says {n} {large}, but I need {small}. [How many is that|What is it|Can you convert it]?',
      '[Change|Switch|Put|Rewrite] {n} {large} [to|in] {small}[.|, please.]',
      'How many {small} [does|do] {n} {large} [make|equal|contain|come to]?',
      'To how many {small} [is {n} {large} equal|does {n} {large} come]?',
      'What [number|amount] of {small} [is the same as|is equal to|equals|do I get from] {n} {large}?',
      'Think of {n} {large}. [How many {small} would that be|What is it in {small}|How many {small} is it]?',
      '[Help me|Please help me] [convert|change] {n} {large} [to|into] {small}.',
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
      'How many {large} [make|make up|do we have in|can you count in|fit in|go into] {m} {small}?',
      'How many {large} [do you get|do I get|do you have|do we have] [with|in|out of] {m} {small}?',
      '[Please |]convert [this |]to {large}: {m} {small}',
      '[Please |]turn {m} {small} into {large}.',
      '[Express|Write|Give|State] {m} {small} in {large}.',
      '[Give|Show] me {m} {small} in {large}[, please|].',
      '{m} {small} [is|makes|equals|means|gives] how many {large}?',
      '{m} {small}: how many {large}[ is that| would that be|]?',
      '{m} {small} to {large}[|?|, please]',
      '{m} {small} = how many {large}[|?]',
      '[convert|conversion]: {m} {small} to {large}',
      'I have {m} {small}. How many {large} [is that|do I have|would that be|is it]?',
      '[We have|You have|There are] {m} {small}. What is that in {large}?',
      'It [was|is] {m} {small}. [Can you say that|Say it|Please give it|What is that] in {large}[?|]',
      'I [want|need|would like] to know how many {large} [{m} {small} is|there are in {m} {small}|are in {m} {small}].',
      'I [want|need|would like] {m} {small} in {large}[.|, please.]',
      '[Can|Could|Would] you [convert|change|turn] {m} {small} [to|into] {large}[ for me|, please|]?',
      '[Can|Could] you tell me how many {large} [are in|there are in|make] {m} {small}?',
      '[Do you know|Work out|Find out|Calculate] how many {large} {m} {small} [is|makes|would be].',
      'In {large}, [what is|how much is] {m} {small}?',
      'How much is {m} {small} [in|when given in|counted in|measured in] {large}?',
      'What do [you|we|I] get [when|if] [you|we|I] [convert|change|turn] {m} {small} [to|into] {large}?',
      'If [I|you|we] have {m} {small}, how many {large} [is that|do I have|would it be]?',
      '[I have homework|For my class|I am not sure|For a recipe|Quick question]: [how many {large} are in|what in {large} is|how many {large} is] {m} {small}?',
      '{m} {small} [should be|must be] [given|written] in {large}. [How many is it|What is the number|What do I write]?',
      'The [list|label|plan|note|paper] says {m} {small}, but I need {large}. [How many is that|What is it|Can you convert it]?',
      '[Change|Switch|Put|Rewrite] {m} {small} [to|in] {large}[.|, please.]',
      'How many {large} [does|do] {m} {small} [make|equal|contain|come to]?',
      'To how many {large} [is {m} {small} equal|does {m} {small} come]?',
      'What [number|amount] of {large} [is the same as|is equal to|equals|do I get from] {m} {small}?',
      'Think of {m} {small}. [How many {large} would that be|What is it in {large}|How many {large} is it]?',
      '[Help me|Please help me] [convert|change] {m} {small} [to|into] {large}.',
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
