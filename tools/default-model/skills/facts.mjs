import { dataNames, readData } from '../language/data.mjs';
import { say } from '../language/phrases.mjs';
import { fill } from '../language/template.mjs';
import { singleTurnSkill } from './conversation.mjs';

/**
 * Facts of one sort. An entry is `subject: what is said of it`; the words between stars, or the whole, make the
 * answer right.
 *
 * @typedef {{ name: string, train: string[], test: string[], answer: string, entries: string[] }} FactFile
 * @typedef {{ x: string, x_: string, y: string, key: string }} Fact
 */

const CATEGORIES = dataNames('facts')
  .flatMap((path) => /** @type {FactFile[]} */ (readData(path)))
  .map(({ entries, ...category }) => ({ ...category, facts: entries.flatMap((line) => line.split('; ').map(parseFact)) }));

const PHRASES = Object.fromEntries(CATEGORIES.map(({ name, train, test }) => [name, { train, test }]));

/** In proportion to how much there is to know, but no sort of fact is rare. */
const WEIGHTS = CATEGORIES.map(({ facts }) => 8 + facts.length);

/** @param {string} entry @returns {Fact} */
function parseFact(entry) {
  const colon = entry.indexOf(': ');
  const [x, y] = [entry.slice(0, colon), entry.slice(colon + 2)];
  const starred = /\*(.+?)\*/.exec(y)?.[1];
  return { x, x_: x.charAt(0).toLowerCase() + x.slice(1), y: y.replaceAll('*', ''), key: starred ?? y };
}

/** Facts have to be known by heart; tests put the questions in other words. */
const NUMBER_WORDS = /^(?:no|two|three|four|five|six|seven|eight|ten|eleven|twelve|\d+)\b/;

/** @param {import('./conversation.mjs').Random} random @param {import('./conversation.mjs').Split} split */
function factTurn(random, split) {
  const category = CATEGORIES[random.weighted(WEIGHTS)];
  if (category === undefined) throw new RangeError('no facts');
  return factOf(random, split, category);
}

/**
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 * @param {(typeof CATEGORIES)[number]} category
 */
function factOf(random, split, category) {
  const { x, x_, y, key } = random.pick(category.facts);
  const brief = NUMBER_WORDS.exec(key)?.[0] ?? key;
  return {
    user: say(random, split, PHRASES[category.name] ?? category, { x, x_ }),
    answer: fill(category.answer, random, { x, y }),
    check: { kind: /** @type {const} */ ('contains'), any: [brief], maxWords: 30 },
  };
}

/**
 * Two questions of the same sort about different things: "And the capital of Spain?"
 *
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 */
export function relatedFacts(random, split) {
  const related = CATEGORIES.filter(({ name }) => ['capital', 'sound', 'young', 'legs', 'colour', 'language'].includes(name));
  const category = random.pick(related);
  const first = factOf(random, split, category);
  let second = factOf(random, split, category);
  let fact = category.facts.find(({ x, y }) => fill(category.answer, random, { x, y }) === second.answer);
  while (second.answer === first.answer || fact === undefined) {
    second = factOf(random, split, category);
    fact = category.facts.find(({ x, y }) => fill(category.answer, random, { x, y }) === second.answer);
  }
  return { first, second, subject: fact.x, category: category.name };
}

export const FACTS = singleTurnSkill('facts', PHRASES, factTurn, { casual: true });
