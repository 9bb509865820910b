// @ts-check
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
  .map(({ entries, ...category }) => ({
    ...category,
    facts: entries.flatMap((line) => line.split('; ').map(parseFact)),
  }));

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

/** The number is enough: "four" of "four seasons in a year". */
const NUMBER_WORDS = /^(?:no|two|three|four|five|six|seven|eight|ten|eleven|twelve|\d+)\b/;

/**
 * Facts have to be known by heart; tests put the questions in other words.
 *
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 */
function factTurn(random, split) {
  const category = CATEGORIES[random.weighted(WEIGHTS)];
  if (category === undefined) throw new RangeError('no facts');
  return turnAbout(random, split, category, random.pick(category.facts));
}

/**
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 * @param {(typeof CATEGORIES)[number]} category
 * @param {Fact} fact
 * @returns {import('./conversation.mjs').Turn}
 */
function turnAbout(random, split, category, { x, x_, y, key }) {
  const short = NUMBER_WORDS.exec(key)?.[0] ?? key;
  return {
    user: say(random, split, category, { x, x_ }),
    answer: fill(category.answer, random, { x, y }),
    brief: short,
    check: { kind: 'contains', any: [short], maxWords: 30 },
  };
}

/** Kinds of facts that can be asked of one thing after the other. */
const SERIES = ['capital', 'sound', 'young', 'legs', 'colour', 'language', 'eats', 'home'];

/**
 * Two facts of the same kind about different things, and what the second is about.
 *
 * @param {import('./conversation.mjs').Random} random
 * @param {import('./conversation.mjs').Split} split
 */
export function relatedFacts(random, split) {
  const category = random.pick(CATEGORIES.filter(({ name }) => SERIES.includes(name)));
  const [one, other] = random.sample(category.facts, 2);
  if (one === undefined || other === undefined) throw new RangeError(`too few facts: ${category.name}`);
  return {
    first: turnAbout(random, split, category, one),
    second: turnAbout(random, split, category, other),
    subject: other.x,
    kind: category.name,
  };
}

export const FACTS = singleTurnSkill('facts', PHRASES, factTurn, { casual: true });
