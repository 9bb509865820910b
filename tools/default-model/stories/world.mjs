// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { comparative, plural } from '../language/english.mjs';
import { fill } from '../language/template.mjs';
import { drawAdult, drawCharacter, drawOutdoors, drawThing } from './cast.mjs';

/** @typedef {import('../language/random.mjs').Random} Random */

const { hidingPlaces } = readWordLists('places', 'hidingPlaces');
const { babies, wild: wildKinds } = readWordLists('creatures', 'babies', 'wild');
const things = readWordLists('things', 'plainColours', 'vehicles', 'treats', 'dishes', 'seeds', 'sounds');
const { times, seasons, weekdays, ...moods } = readWordLists(
  'qualities',
  'traits',
  'activities',
  'loves',
  'dreams',
  'happy',
  'sad',
  'seasons',
  'times',
  'weekdays',
);
const events = readData('events');

const NEARNESS = ['near', 'close to', 'not far from', 'right beside', 'a short walk from'];
const FOOD_QUALITIES = ['big', 'small', 'fresh', 'warm', 'sweet'];

/**
 * Everything a plot may speak of, for one story.
 *
 * @param {Random} random
 * @param {{ thing: import('./cast.mjs').Sort }} plot
 */
export function drawWorld(random, plot) {
  const A = drawCharacter(random);
  const B = drawCharacter(random, A);
  const ofOtherKind = (/** @type {string} */ kind) => kind !== A.kind && kind !== B.kind;
  const filled = (/** @type {Record<string, string>} */ fields) =>
    Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, fill(text, random, { A, B })]));
  const project = random.pick(events.projects);
  return {
    ...drawScene(random, plot.thing),
    ...drawMoods(random),
    A,
    B: { ...B, ...filled(random.pick(events.plights)), ...filled(random.pick(events.troubles)) },
    C: drawAdult(random),
    wild: withPlural(random.pick(wildKinds.filter(ofOtherKind))),
    baby: random.pick(babies.filter(ofOtherKind)),
    fear: filled(random.pick(events.fears)),
    need: fill(random.pick(events.needs), random, { A, B }),
    project: { name: project.noun, noun: project.noun },
    material: project.material,
    skill: random.pick(events.skills),
    ingredient: random.pick(events.ingredients),
    age: random.pick(events.ages),
    n: random.pick(events.numbers),
  };
}

/** Things, places and times. @param {Random} random @param {import('./cast.mjs').Sort} sort */
function drawScene(random, sort) {
  const [place, place2, home] = drawOutdoors(random, 3);
  const [spot, spot2] = random.sample(hidingPlaces, 2);
  const thing = drawThing(random, sort);
  let thing2 = drawThing(random, 'tools');
  while (thing2.noun === thing.noun) thing2 = drawThing(random, 'tools');
  const treat = random.pick(things.treats);
  const vehicle = random.pick(things.vehicles);
  return {
    ...{ thing, thing2, place, place2, spot, spot2 },
    home: `${random.pick(NEARNESS)} ${home?.the}`,
    food: { ...withPlural(treat), name: `${random.pick(FOOD_QUALITIES)} ${treat}` },
    vehicle: { name: vehicle, noun: vehicle },
    colour: random.pick(things.plainColours),
    sound: random.pick(things.sounds),
    seed: random.pick(things.seeds),
    dish: random.pick(things.dishes),
    time: random.pick(times),
    season: random.pick(seasons),
    weekday: random.pick(weekdays),
  };
}

/** @param {Random} random */
function drawMoods(random) {
  const [trait = '', trait2 = ''] = random.sample(moods.traits, 2);
  const [activity = '', activity2 = ''] = random.sample(moods.activities, 2);
  const [love = '', love2 = ''] = random.sample(moods.loves, 2);
  return {
    ...{ trait, trait2, braver: comparative(trait2) },
    ...{ activity, activity2, love, love2 },
    dream: random.pick(moods.dreams),
    happy: random.pick(moods.happy),
    sad: random.pick(moods.sad),
  };
}

/** @param {string} noun */
function withPlural(noun) {
  return { name: noun, noun, many: plural(noun) };
}
