import { readData } from '../language/data.mjs';
import { say } from '../language/phrases.mjs';
import { fill } from '../language/template.mjs';
import { singleTurnSkill } from './conversation.mjs';

const data = readData('animals');

/** @type {Record<string, string>[]} */
const ANIMALS = data.animals.map((/** @type {string} */ line) => {
  const [animal, size, sort, does, food, legs, young, sound, looks] = line.split(' | ');
  return { animal, size, sort, does, food, legs, young, sound, looks };
});

const PHRASES = { tell: { train: data.train, test: data.test } };

/** @param {import('./conversation.mjs').Random} random @param {import('./conversation.mjs').Split} split */
function describeTurn(random, split) {
  const values = random.pick(ANIMALS);
  // What it is comes first, then a few of the other facts in any order.
  const parts = ['what', ...random.sample(['does', 'looks', 'eats', 'young', 'legs'], random.between(2, 4))];
  const user = say(random, split, PHRASES.tell, values);
  const answer = parts.map((part) => fill(random.pick(data.sentences[part]), random, values)).join(' ');
  return {
    user,
    answer,
    check: { kind: /** @type {const} */ ('text'), mentions: [values.animal ?? ''], minWords: 8, maxWords: 80 },
  };
}

export const DESCRIBE = singleTurnSkill('describe', PHRASES, describeTurn, { casual: true });
