import { readData, readWordLists } from '../language/data.mjs';
import { capitalised, plural, withArticle } from '../language/english.mjs';
import { fill } from '../language/template.mjs';

const names = readWordLists('names');
const things = readWordLists('things');
const places = readWordLists('places');
const creatures = readWordLists('creatures');
const qualities = readWordLists('qualities');
const events = readData('events');

const HE = { he: 'he', him: 'him', his: 'his', himself: 'himself' };
const SHE = { he: 'she', him: 'her', his: 'her', himself: 'herself' };

/** How often a name is made of syllables, so that copying names is learned and not the names alone. */
const MADE_UP_NAMES = 0.12;

/** @typedef {import('../language/random.mjs').Random} Random */

/**
 * Somebody in a story. `he`, `him`, `his`, `himself` are the words for them, of whichever gender.
 *
 * @typedef {{ name: string, kind: string, isAnimal: boolean, plain: string, intro: string, plainNamed: string,
 *   he: string, him: string, his: string, himself: string }} Character
 *
 * @typedef {{ name: string, noun: string, quality: string }} Thing
 * @typedef {{ at: string, to: string, the: string }} Place
 */

/** @param {Random} random @returns {string} */
export function madeUpName(random) {
  const start = random.pick(names.syllables) + (random.chance(0.4) ? random.pick(names.syllables) : '');
  return capitalised(start + random.pick(names.nameEnds));
}

/** A child's name and its pronouns. @param {Random} random */
export function drawPerson(random) {
  const girl = random.chance(0.5);
  const madeUp = random.chance(MADE_UP_NAMES);
  return { name: madeUp ? madeUpName(random) : random.pick(girl ? names.girls : names.boys), girl, ...(girl ? SHE : HE) };
}

/**
 * People of different names.
 *
 * @param {Random} random
 * @param {number} count
 */
export function drawPeople(random, count) {
  /** @type {ReturnType<typeof drawPerson>[]} */
  const people = [];
  while (people.length < count) {
    const person = drawPerson(random);
    if (!people.some(({ name }) => name === person.name)) people.push(person);
  }
  return people;
}

/** @param {Random} random @param {Character} [other] whose name and kind are taken @returns {Character} */
export function drawCharacter(random, other) {
  const animal = random.chance(other === undefined || !other.isAnimal ? 0.45 : 0.75);
  const person = drawPerson(random);
  const name = animal && random.chance(0.6) ? random.pick(names.animals) : person.name;
  const kind = animal ? random.pick(creatures.characters) : person.girl ? 'girl' : 'boy';
  if (other !== undefined && (other.name === name || (animal && other.kind === kind))) return drawCharacter(random, other);
  const quality = random.pick(random.chance(0.5) ? qualities.traits : qualities.sizes);
  const plain = withArticle(random.chance(0.7) ? `${quality} ${kind}` : kind);
  const called = random.pick(['named', 'named', 'called', 'whose name was']);
  const { he, him, his, himself } = person;
  return {
    ...{ name, kind, isAnimal: animal, he, him, his, himself, plain },
    intro: `${plain} ${called} ${name}`,
    plainNamed: `${withArticle(kind)} ${random.pick(['named', 'called'])} ${name}`,
  };
}

/** A grown-up: the word is a role, as in "her grandmother". @param {Random} random */
function drawAdult(random) {
  const woman = random.chance(0.5);
  return { name: random.pick(woman ? creatures.adultsHer : creatures.adultsHis), ...(woman ? SHE : HE) };
}

/** @param {Random} random @param {'any' | 'toys' | 'tools' | 'clothes' | 'treasures'} [sort] @returns {Thing} */
export function drawThing(random, sort = 'any') {
  const list = sort === 'any' ? random.pick([things.toys, things.tools, things.clothes, things.treasures]) : things[sort];
  const noun = random.pick(list ?? []);
  const quality = random.pick(random.chance(0.6) ? things.colours : things.thingQualities);
  // No word twice, as in "a golden gold ring" or "a paper paper plane".
  const fits = !noun.includes(quality.slice(0, 4));
  return { name: fits ? `${quality} ${noun}` : noun, noun, quality: fits ? quality : '' };
}

/** @param {string} at such as "by the river" @returns {Place} */
export function placeOf(at) {
  const the = at.slice(at.indexOf('the '));
  return { at, the, to: `to ${the}` };
}

/** @param {Random} random @param {number} count @returns {Place[]} of different names */
export function drawPlaces(random, count) {
  return random.sample([...places.outdoors, ...places.indoors], count).map(placeOf);
}

/**
 * Everything a plot may speak of, for one story.
 *
 * @param {Random} random
 * @param {{ thing: 'any' | 'toys' | 'tools' | 'clothes' | 'treasures' }} plot
 */
export function drawWorld(random, plot) {
  const A = drawCharacter(random);
  const B = drawCharacter(random, A);
  const [place, place2, place3] = random.sample(places.outdoors, 3).map(placeOf);
  const [spot, spot2] = random.sample(places.hidingPlaces, 2);
  const thing = drawThing(random, plot.thing);
  let thing2 = drawThing(random, 'tools');
  while (thing2.noun === thing.noun) thing2 = drawThing(random, 'tools');
  const [trait, trait2] = random.sample(qualities.traits, 2);
  const time = random.pick(qualities.times);
  const season = random.pick(qualities.seasons);
  const weekday = random.pick(qualities.weekdays);
  const treat = random.pick(things.treats);
  const wild = random.pick(creatures.wild.filter((kind) => kind !== A.kind && kind !== B.kind));
  const event = (/** @type {Record<string, string>} */ fields) =>
    Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, fill(text, random, { A, B })]));
  const world = {
    ...{ A, B, C: drawAdult(random), thing, thing2, place, place2, spot, spot2, trait, trait2, time, season, weekday },
    home: `${random.pick(['near', 'close to', 'not far from', 'right beside', 'a short walk from'])} ${/** @type {Place} */ (place3).the}`,
    activity: random.pick(qualities.activities),
    love: random.pick(qualities.loves),
    dream: random.pick(qualities.dreams),
    happy: random.pick(qualities.happy),
    sad: random.pick(qualities.sad),
    colour: random.pick(things.plainColours),
    food: { name: `${random.pick(['big', 'small', 'fresh', 'warm', 'sweet'])} ${treat}`, noun: treat, many: plural(treat) },
    vehicle: random.pick(things.vehicles),
    wild: { name: wild, many: plural(wild) },
    baby: random.pick(creatures.babies.filter((kind) => kind !== A.kind && kind !== B.kind)),
    sound: random.pick(things.sounds),
    seed: random.pick(things.seeds),
    dish: random.pick(things.dishes),
    fear: event(random.pick(events.fears)),
    project: random.pick(events.projects),
    skill: random.pick(events.skills),
    ingredient: random.pick(events.ingredients),
    need: fill(random.pick(events.needs), random, { A, B }),
    age: random.pick(events.ages),
    n: random.pick(events.numbers),
  };
  const B2 = { ...B, ...event(random.pick(events.plights)), ...event(random.pick(events.troubles)) };
  return {
    ...world,
    B: B2,
    vehicle: { name: world.vehicle, noun: world.vehicle },
    project: { name: world.project.noun, noun: world.project.noun },
    material: world.project.material,
  };
}
