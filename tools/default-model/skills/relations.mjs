// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { capitalised } from '../language/english.mjs';
import { fill } from '../language/template.mjs';
import { drawPeople } from '../stories/cast.mjs';

// Texts that say of several people (or trains, or boxes) who has what and where, each in a sentence of its own. Only
// training has them: what is learned is to take the answer from the right sentence, whatever it is about.

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {Record<string, string | number>} Row */
/** @typedef {{ slots: Record<string, string>, lines: string[], asks: Record<string, { q: string[], a: string }> }} Relation */

/** @type {Relation[]} */
const RELATIONS = Object.values(readData('relations'));

const { animals: animalNames, cities } = readWordLists('names', 'animals', 'cities');
const { weekdays } = readWordLists('qualities', 'weekdays');
const { spots } = readWordLists('places', 'spots');
const { characters, pets } = readWordLists('creatures', 'characters', 'pets');
const { subjects } = readWordLists('words', 'subjects');
const things = readWordLists(
  'things',
  ...['dishes', 'instruments', 'plainColours', 'shopping', 'toys', 'vegetables', 'vehicles'],
);

/** @type {Record<string, readonly string[]>} */
const LISTS = {
  ...{ animalNames, cities, weekdays, spots, characters, pets, subjects, ...things },
  numbers: Array.from({ length: 60 }, (_, i) => String(i + 2)),
  times: Array.from({ length: 48 }, (_, i) => `${8 + (i >> 2)}:${['00', '15', '30', '45'][i % 4]}`),
};

/** @param {Random} random @param {string} list @param {number} count @returns {readonly string[]} all different */
function drawValues(random, list, count) {
  if (list === 'people') return drawPeople(random, count).map(({ name }) => name);
  const values = LISTS[list];
  if (values === undefined) throw new Error(`relations.json asks for a list '${list}'`);
  return random.sample(values, count);
}

/** No value stands for two: names that give and names that get are drawn together. @param {Random} random @param {Relation['slots']} slots @param {number} count @returns {Row[]} */
function drawRows(random, slots, count) {
  /** @type {Row[]} */
  const rows = Array.from({ length: count }, () => ({}));
  for (const list of new Set(Object.values(slots))) {
    const keys = Object.keys(slots).filter((key) => slots[key] === list);
    const values = drawValues(random, list, count * keys.length);
    for (const [i, row] of rows.entries())
      for (const [j, key] of keys.entries()) row[key] = values[i * keys.length + j] ?? '';
  }
  return rows;
}

/**
 * A relation between two to five of a kind, as sentences, and questions about one of them after the other.
 *
 * @param {Random} random
 * @returns {{ lines: string[], ask: () => { question: string, answer: string, found: string } }}
 */
export function drawRelation(random) {
  const { slots, lines, asks } = random.pick(RELATIONS);
  const rows = drawRows(random, slots, random.between(2, 5));
  let asked = 0;
  return {
    lines: random.sample(rows).map((row) => capitalised(fill(random.pick(lines), random, row))),
    ask: () => {
      const row = rows[asked++ % rows.length] ?? {};
      const [slot, { q, a }] = random.pick(Object.entries(asks));
      return {
        question: capitalised(fill(random.pick(q), random, row)),
        answer: fill(a, random, row),
        found: String(row[slot]),
      };
    },
  };
}
