// @ts-check
import { readData } from '../language/data.mjs';
import { say } from '../language/phrases.mjs';
import { fill } from '../language/template.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {{ train: string[], test: string[], answers: string[], any: string[] }} Entry */

/** @type {{ entries: Record<string, Entry>, nonsense: { train: string[], test: string[], answers: string[] } }} */
const data = readData('persona');
const ENTRIES = Object.entries(data.entries);

/** Who it is and what it can do are asked most. */
const OFTEN = new Set(['hello', 'name', 'what', 'abilities', 'thanks']);
const WEIGHTS = ENTRIES.map(([name]) => (OFTEN.has(name) ? 3 : 1));

/** Greetings, thanks, and questions about the model itself. @param {Random} random @param {Split} split */
function personaTurn(random, split) {
  const entry = ENTRIES[random.weighted(WEIGHTS)]?.[1];
  if (entry === undefined) throw new RangeError('no persona');
  return {
    user: say(random, split, entry),
    answer: fill(random.pick(entry.answers), random),
    check: { kind: /** @type {const} */ ('contains'), any: entry.any, maxWords: 40 },
  };
}

const KEYS = 'asdfghjklqwertyuiopzxcvbnm';

/** What keyboards send by accident: random letters, signs or nothing. @param {Random} random @param {Split} split */
function nonsense(random, split) {
  const sort = random.weighted(split === 'train' ? [3, 2, 1] : [3, 2, 0]);
  if (sort === 0) return random.pick(data.nonsense[split]);
  if (sort === 2) return ' '.repeat(random.below(3));
  // Words have vowels; the letters of training are the left part of the alphabet, those of tests the right one.
  const letters = [...KEYS].filter((key) => !'aeiouy'.includes(key) && key < 'n' === (split === 'train'));
  return Array.from({ length: random.between(3, 9) }, () => random.pick(letters)).join('');
}

/** @param {Random} random @param {Split} split */
function nonsenseTurn(random, split) {
  return {
    user: nonsense(random, split),
    answer: random.pick(data.nonsense.answers),
    check: { kind: /** @type {const} */ ('question'), maxWords: 20 },
  };
}

export const PERSONA = singleTurnSkill('persona', data.entries, personaTurn, { casual: true });
export const NONSENSE = singleTurnSkill('nonsense', { all: data.nonsense }, nonsenseTurn);
