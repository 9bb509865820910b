// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { capitalised, joined, plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { drawPerson } from '../stories/cast.mjs';
import { singleTurnSkill } from './conversation.mjs';

const records = readData('records');
const { cities } = readWordLists('names', 'cities');
const { pets } = readWordLists('creatures', 'pets');
const { shopping, plainColours } = readWordLists('things', 'shopping', 'plainColours');
const { weekdays } = readWordLists('qualities', 'weekdays');

const KINDS = /** @type {const} */ (['person', 'purchase', 'meeting', 'animal', 'order']);

/** How often one asked key is not in the text and its value null. */
const MISSING = 0.06;

/** Both spellings are asked for; the answer uses the one that was asked. */
const COLOR = 0.35;

const PHRASES = {
  requests: records.requests,
  ...Object.fromEntries(
    KINDS.map((kind) => [kind, { train: records[kind].train, test: records[kind].test }]),
  ),
};

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {Record<string, string | number>} Fields */

/** @param {Random} random @param {boolean} animal @returns {Fields} */
function drawFields(random, animal) {
  const person = drawPerson(random);
  const item = random.pick(shopping);
  const time = `${random.between(8, 20)}:${random.pick(['00', '15', '30', '45'])}`;
  return {
    name: person.name,
    he_: person.he,
    he: capitalised(person.he),
    age: animal ? random.between(2, 15) : random.between(18, 79),
    city: random.pick(cities),
    job: random.pick(records.jobs),
    pet: random.pick(pets),
    item,
    items: plural(item),
    colour: random.pick(plainColours),
    price: random.between(1, 99),
    count: random.between(2, 40),
    day: random.pick(weekdays),
    event: random.pick(records.events),
    time,
    place: random.pick(records.rooms),
    animal: random.pick(pets),
    food: random.pick(records.foods),
  };
}

/**
 * One record, its sentence, and what the keys mean in it.
 *
 * @param {Random} random
 * @param {Split} split
 */
export function drawRecord(random, split) {
  const kind = random.pick(KINDS);
  const fields = drawFor(
    split,
    'fields',
    () => drawFields(random, kind === 'animal'),
    (drawn) => [kind, ...records[kind].keys.map((/** @type {string} */ key) => drawn[key])],
  );
  const text = say(random, split, /** @type {any} */ (PHRASES)[kind], fields);
  // "ordered 3 lamps": the item is what the text says.
  const said = kind === 'order' ? { ...fields, item: fields.items ?? '' } : fields;
  return {
    kind,
    text,
    keys: /** @type {string[]} */ (records[kind].keys),
    fields: /** @type {Fields} */ (said),
  };
}

/** JSON as the model writes it, with a space after colons and commas. @param {Readonly<Record<string, unknown>>} value */
export function asJson(value) {
  const pairs = Object.entries(value).map(
    ([key, field]) => `${JSON.stringify(key)}: ${JSON.stringify(field)}`,
  );
  return `{${pairs.join(', ')}}`;
}

/** @param {Random} random @param {Split} split */
function fieldsTurn(random, split) {
  const { text, keys, fields } = drawRecord(random, split);
  const asked = random.sample(keys, random.between(1, Math.min(4, keys.length)));
  const strange = ['phone', 'size', 'weight', 'street', 'email'].filter((key) => !keys.includes(key));
  if (random.chance(MISSING)) asked[random.below(asked.length)] = random.pick(strange);
  const american = random.chance(COLOR);
  const value = Object.fromEntries(
    asked.map((key) => [
      american && key === 'colour' ? 'color' : key,
      fields[key] !== undefined && keys.includes(key) ? fields[key] : null,
    ]),
  );
  const named = joined(Object.keys(value));
  const request = say(random, split, PHRASES.requests, { keys: named, text });
  return {
    user: request,
    answer: asJson(value),
    check: { kind: /** @type {const} */ ('json'), value },
  };
}

export const FIELDS = singleTurnSkill('fields', PHRASES, fieldsTurn);
