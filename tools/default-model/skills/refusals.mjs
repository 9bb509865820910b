// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { fill } from '../language/template.mjs';
import { drawPerson, madeUpName } from '../stories/cast.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

const { slots, ...entries } = readData('refusals');
/** @type {Record<string, { train: string[], test: string[], answers: string[] }>} */
const ENTRIES = entries;
const NAMES = Object.keys(ENTRIES);
const { cities } = readWordLists('names', 'cities');
const { common, animals } = readWordLists('words', 'common', 'animals');

/** What is not known has no bounds, and prompts are asked for most insistently. */
const WEIGHTS = NAMES.map((name) => ({ unknown: 4, secrets: 2 })[name] ?? 1);

/** Words by which one knows that a request was declined. */
const DECLINED = [
  'cannot',
  'do not know',
  'not help',
  'only know',
  'only speak',
  'know only',
  'too hard',
  'no clock',
  'stay with me',
  'only work with text',
  'only read',
];

/** @param {Random} random */
function drawSlots(random) {
  const [topic, topic2] = random.sample(slots.topic, 2);
  return {
    ...{ topic, topic2 },
    city: random.pick(cities),
    name: drawPerson(random).name,
    surname: random.pick(slots.surnames),
    hour: `${random.between(6, 22)}:00`,
    animal: random.pick(animals),
    word: random.pick(common),
    deed: random.pick(slots.deed),
    language: random.pick(slots.language),
    code: random.pick(slots.code),
    title: random.pick(slots.titles),
    land: `${madeUpName(random)}${random.pick(['ia', 'land', 'stan'])}`,
    number: random.between(2, 90),
  };
}

/** @param {Random} random @param {Split} split */
function refusalTurn(random, split) {
  const name = NAMES[random.weighted(WEIGHTS)] ?? 'unknown';
  const entry = ENTRIES[name];
  if (entry === undefined) throw new RangeError(`no refusal ${name}`);
  const drawn = drawFor(
    split,
    'refusals',
    () => drawSlots(random),
    (values) => [values.city, values.name, values.topic, values.land],
  );
  return {
    user: say(random, split, entry, drawn),
    answer: fill(random.pick(entry.answers), random, drawn),
    check: { kind: /** @type {const} */ ('contains'), any: DECLINED, maxWords: 40 },
  };
}

export const REFUSALS = singleTurnSkill('refusals', ENTRIES, refusalTurn, { casual: true });
