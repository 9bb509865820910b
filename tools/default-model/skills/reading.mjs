// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { capitalised, withArticle } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { fill } from '../language/template.mjs';
import { drawPeople, drawThing } from '../stories/cast.mjs';
import { tell } from '../stories/story.mjs';
import { singleTurnSkill } from './conversation.mjs';
import { drawRecord } from './fields.mjs';
import { mentions, nameable, storyFor } from './stories.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {{ text: string, question: string, answer: string, found: string, name?: string }} Asked */
/** @typedef {{ q: string[], test: string[], a: string }} Ask */

const data = readData('reading');
const { spots } = readWordLists('places', 'spots');

/** What is asked about: a story, a few facts about somebody, where things lie, or what the text does not say. */
const WEIGHTS = { story: 42, record: 22, spots: 28, missing: 8 };
const SORTS = /** @type {(keyof typeof WEIGHTS)[]} */ (Object.keys(WEIGHTS));

/** How often something is moved after it was put down. */
const MOVED = 0.25;

const PHRASES = {
  frames: data.frames,
  missing: data.missing,
  ...data.spots,
  ...Object.fromEntries(
    Object.entries(data.records).flatMap(([kind, keys]) =>
      Object.entries(keys).map(([key, phrases]) => [`${kind}-${key}`, phrases]),
    ),
  ),
};

/** Answers that need a word before them. @type {Record<string, (value: string) => string>} */
const IN_WORDS = {
  place: (value) => `in the ${value}`,
  price: (value) => `${value} euros`,
  ...Object.fromEntries(['job', 'pet', 'event', 'animal'].map((key) => [key, withArticle])),
};

/** A text and what can be asked about it. @type {Record<keyof typeof WEIGHTS, (random: Random, split: Split) => Asked>} */
const ASK = {
  story: (random, split) => {
    for (;;) {
      const story = storyFor(random, split);
      const text = tell(random, story);
      const asked = askAbout(random, split, story, text);
      if (asked !== null) return { text, ...asked };
    }
  },
  record: (random, split) => {
    const { kind, text, keys, fields } = drawRecord(random, split);
    const key = random.pick(keys);
    const found = String(fields[key]);
    const question = say(random, split, data.records[kind][key], fields);
    const worded = kind === 'purchase' && key === 'item' ? withArticle : IN_WORDS[key];
    return { text, question, answer: worded?.(found) ?? found, found };
  },
  spots: askSpots,
  missing: (random, split) => {
    const { text, name } = random.chance(0.5) ? askPerson(random, split) : askSpots(random, split);
    return {
      text,
      question: say(random, split, data.missing, { name }),
      answer: random.pick(/** @type {string[]} */ (data.missing.answers)).slice(0, -1),
      found: 'not say',
    };
  },
};

/** @param {Random} random @param {Split} split */
function askPerson(random, split) {
  for (;;) {
    const { kind, text, fields } = drawRecord(random, split);
    if (kind === 'person' || kind === 'purchase') return { text, name: String(fields.name) };
  }
}

/**
 * A question that the text answers; null where it answers none.
 *
 * @param {Random} random
 * @param {Split} split
 * @param {ReturnType<typeof storyFor>} story
 * @param {string} text
 */
export function askAbout(random, split, { plot, world }, text) {
  const { A, B } = /** @type {any} */ (world);
  const known = nameable(world);
  for (const ask of random.sample([
    .../** @type {Ask[]} */ (plot.asks),
    ...(random.chance(0.4) ? data.common : []),
  ])) {
    const question = fill(random.pick(split === 'test' ? ask.test : ask.q), random, world);
    const answer = fill(ask.a, random, world);
    const found = answer.replace(/^(?:an?|the|to|to the|in|in an?|at the) /, '');
    const clear = A.kind !== B.kind || !question.includes(A.kind);
    const named = known.filter((word) => mentions(question, word));
    if (clear && text.includes(found) && named.every((word) => mentions(text, word)))
      return { question, answer, found };
  }
  return null;
}

/** Who put what where. @param {Random} random @param {Split} split @returns {Asked} */
function askSpots(random, split) {
  const { people, places, things, last } = drawFor(
    split,
    'spots',
    () => drawSpots(random),
    ({ people: [name], places: [spot], things: [thing] }) => [name ?? '', spot ?? '', thing ?? ''],
  );
  const lines = people.map((name, i) =>
    say(random, split, data.spots.puts, {
      name,
      thing: things[i],
      spot: places[i],
      spot_: capitalised(places[i] ?? ''),
    }),
  );
  // The question is always about the first of them, whose line stands anywhere.
  const [name = '', thing = '', first = ''] = [people[0], things[0], places[0]];
  const moved = random.chance(MOVED);
  const text = [
    ...random.sample(lines),
    ...(moved ? [`Then ${name} took the ${thing} and put it ${last}.`] : []),
  ].join(' ');
  const spot = moved ? last : first;
  const kind = random.pick(/** @type {const} */ (['where', 'where', 'what', 'who']));
  const question = say(random, split, data.spots[kind], { name, thing, spot });
  const answers = { where: spot, what: withArticle(thing), who: name };
  const found = { where: spot, what: thing, who: name };
  return { text, question, answer: answers[kind], found: found[kind], name };
}

/** @param {Random} random */
function drawSpots(random) {
  const count = random.between(2, 4);
  /** @type {Set<string>} */
  const things = new Set();
  while (things.size < count) things.add(drawThing(random).noun);
  const [last = '', ...places] = random.sample(spots, count + 1);
  return { people: drawPeople(random, count).map(({ name }) => name), places, things: [...things], last };
}

/** @param {Random} random @param {Split} split @returns {import('./conversation.mjs').Turn} */
function readingTurn(random, split) {
  const sort = SORTS[random.weighted(SORTS.map((name) => WEIGHTS[name]))] ?? 'story';
  const { text, question, answer, found } = ASK[sort](random, split);
  return {
    user: say(random, split, data.frames, { text, question }),
    answer: `${capitalised(answer)}.`,
    check: { kind: 'contains', any: [found], maxWords: 12 },
  };
}

export const READING = singleTurnSkill('reading', PHRASES, readingTurn);
