// @ts-check
import { readData } from '../language/data.mjs';
import { numberInWords } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { fill } from '../language/template.mjs';
import { singleTurnSkill } from './conversation.mjs';

const data = readData('animals');

/** @type {Record<string, string>[]} */
const ANIMALS = data.animals.map((/** @type {string} */ line) => {
  const [animal, size, sort, does, food, legs, young, sound, looks] = line.split(' | ');
  return { animal, size, sort, does, food, legs, young, sound, looks };
});

const PHRASES = { tell: { train: data.train, test: data.test }, counted: data.counted };

/** Share of requests that say how many sentences they want. */
const COUNTED = 0.25;

/**
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 * @returns {import('./conversation.mjs').Turn}
 */
function describeTurn(random, split) {
  const values = random.pick(ANIMALS);
  const sentence = (/** @type {string} */ part) => fill(random.pick(data.sentences[part]), random, values);
  const about = {
    kind: /** @type {const} */ ('text'),
    mentions: [values.animal ?? ''],
    minWords: 8,
    maxWords: 80,
  };
  // What it is comes first, then a few of the other facts in any order.
  const count = random.between(2, 4);
  const others = random.sample(['does', 'looks', 'eats', 'young', 'legs'], count);
  if (!random.chance(COUNTED)) {
    const user = say(random, split, PHRASES.tell, values);
    return { user, answer: ['what', ...others].map(sentence).join(' '), check: about };
  }
  const n = random.pick([String(count), numberInWords(count)]);
  const first = fill(data.sentences.what[0], random, values);
  return {
    user: say(random, split, PHRASES.counted, { ...values, n }),
    answer: [first, ...others.slice(1).map(sentence)].join(' '),
    check: { ...about, sentences: count },
  };
}

export const DESCRIBE = singleTurnSkill('describe', PHRASES, describeTurn, { casual: true });
