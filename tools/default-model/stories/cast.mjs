// @ts-check
import { readWordLists } from '../language/data.mjs';
import { capitalised, withArticle } from '../language/english.mjs';

const names = readWordLists('names', 'girls', 'boys', 'animals', 'syllables', 'nameEnds');
const things = readWordLists('things', 'toys', 'tools', 'clothes', 'treasures', 'colours', 'thingQualities');
const places = readWordLists('places', 'outdoors', 'indoors');
const creatures = readWordLists('creatures', 'characters', 'adultsHer', 'adultsHis');
const qualities = readWordLists('qualities', 'traits', 'sizes');

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
 * @typedef {'any' | 'toys' | 'tools' | 'clothes' | 'treasures'} Sort
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
  return {
    name: madeUp ? madeUpName(random) : random.pick(girl ? names.girls : names.boys),
    girl,
    ...(girl ? SHE : HE),
  };
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
  if (other !== undefined && (other.name === name || (animal && other.kind === kind)))
    return drawCharacter(random, other);
  const quality = random.pick(random.chance(0.5) ? qualities.traits : qualities.sizes);
  const plain = withArticle(random.chance(0.7) ? `${quality} ${kind}` : kind);
  const called = random.pick(['named', 'named', 'called', 'by the name of']);
  const { he, him, his, himself } = person;
  return {
    ...{ name, kind, isAnimal: animal, he, him, his, himself, plain },
    intro: `${plain} ${called} ${name}`,
    plainNamed: `${withArticle(kind)} ${random.pick(['named', 'called'])} ${name}`,
  };
}

/** A grown-up: the word is a role, as in "her grandmother". @param {Random} random */
export function drawAdult(random) {
  const woman = random.chance(0.5);
  return { name: random.pick(woman ? creatures.adultsHer : creatures.adultsHis), ...(woman ? SHE : HE) };
}

/** @param {Random} random @param {Sort} [sort] @returns {Thing} */
export function drawThing(random, sort = 'any') {
  const lists = [things.toys, things.tools, things.clothes, things.treasures];
  const noun = random.pick(sort === 'any' ? random.pick(lists) : things[sort]);
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

/** @param {Random} random @param {number} count @returns {Place[]} of different names */
export function drawOutdoors(random, count) {
  return random.sample(places.outdoors, count).map(placeOf);
}
