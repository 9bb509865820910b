// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { capitalised, withArticle } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { fill } from '../language/template.mjs';
import { drawPeople, drawThing } from '../stories/cast.mjs';
import { tell } from '../stories/story.mjs';
import { conversationOf } from './conversation.mjs';
import { drawRecord } from './fields.mjs';
import { drawRelation } from './relations.mjs';
import { mentions, nameable, storyFor } from './stories.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {{ question: string, answer: string, found: string, name?: string }} Asked */
/** @typedef {{ q: string[], test: string[], a: string }} Ask */
/** A text and questions about it, another one at every call; null where there is none. @typedef {{ text: string, ask: () => Asked | null }} Passage */

const data = readData('reading');
const { spots } = readWordLists('places', 'spots');

/**
 * What is asked about: a story, a few facts about somebody, where things lie, what the text does not say; in training
 * also who has what of several, since that is what takes longest to learn.
 */
const WEIGHTS = {
  train: { story: 26, record: 18, spots: 28, missing: 6, relation: 22 },
  test: { story: 42, record: 22, spots: 28, missing: 8, relation: 0 },
};
const SORTS = /** @type {(keyof typeof WEIGHTS.train)[]} */ (Object.keys(WEIGHTS.train));

/** How often training asks more than one question about a text, and has a line for each sentence of several. */
const ASKED_AGAIN = 0.6;
const LINE_BY_LINE = 0.2;

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

/** @type {Record<keyof typeof WEIGHTS.train, (random: Random, split: Split) => Passage>} */
const PASSAGES = {
  story: (random, split) => {
    const story = storyFor(random, split);
    const text = tell(random, story);
    return { text, ask: () => askAbout(random, split, story, text) };
  },
  record: (random, split) => {
    const { kind, text, keys, fields } = drawRecord(random, split);
    const ask = () => {
      const key = random.pick(keys);
      const found = String(fields[key]);
      const question = say(random, split, data.records[kind][key], fields);
      const worded = kind === 'purchase' && key === 'item' ? withArticle : IN_WORDS[key];
      return { question, answer: worded?.(found) ?? found, found };
    };
    return { text, ask };
  },
  spots: drawSpots,
  missing: (random, split) => {
    const { text, name } = random.chance(0.5) ? aboutPerson(random, split) : aboutSpots(random, split);
    const ask = () => ({
      question: say(random, split, data.missing, { name }),
      answer: random.pick(/** @type {string[]} */ (data.missing.answers)).slice(0, -1),
      found: 'not say',
    });
    return { text, ask };
  },
  relation: (random, split) => {
    const { lines, ask } = drawRelation(random);
    return { text: joinedLines(random, split, lines), ask };
  },
};

/** @param {Random} random @param {Split} split @param {readonly string[]} lines */
function joinedLines(random, split, lines) {
  return lines.join(split === 'train' && random.chance(LINE_BY_LINE) ? '\n' : ' ');
}

/** @param {Random} random @param {Split} split */
function aboutPerson(random, split) {
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

/** @param {Random} random @param {Split} split */
function aboutSpots(random, split) {
  const { text, ask } = drawSpots(random, split);
  return { text, name: ask().name };
}

/**
 * Who put what where.
 *
 * @param {Random} random
 * @param {Split} split
 */
function drawSpots(random, split) {
  const { people, places, things, last } = drawFor(
    split,
    'spots',
    () => drawHolders(random),
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
  // The first question is always about the first of them, whose line stands anywhere.
  const moved = random.chance(MOVED);
  const text = joinedLines(random, split, [
    ...random.sample(lines),
    ...(moved ? [`Then ${people[0]} took the ${things[0]} and put it ${last}.`] : []),
  ]);
  let asked = 0;
  const ask = () => {
    const at = asked++ % people.length;
    const [name = '', thing = ''] = [people[at], things[at]];
    const spot = (moved && at === 0 ? last : places[at]) ?? '';
    const kind = random.pick(/** @type {const} */ (['where', 'where', 'what', 'who']));
    const question = say(random, split, data.spots[kind], { name, thing, spot });
    const answers = { where: spot, what: withArticle(thing), who: name };
    const found = { where: spot, what: thing, who: name };
    return { question, answer: answers[kind], found: found[kind], name };
  };
  return { text, ask };
}

/** @param {Random} random */
function drawHolders(random) {
  const count = random.between(2, 4);
  /** @type {Set<string>} */
  const things = new Set();
  while (things.size < count) things.add(drawThing(random).noun);
  const [last = '', ...places] = random.sample(spots, count + 1);
  return { people: drawPeople(random, count).map(({ name }) => name), places, things: [...things], last };
}

/** @param {string} user @param {Asked} asked @returns {import('./conversation.mjs').Turn} */
function turnOf(user, { answer, found }) {
  return {
    user,
    answer: `${capitalised(answer)}.`,
    check: { kind: 'contains', any: [found], maxWords: 12 },
  };
}

/** A text of a sort with a question that it answers. @param {Random} random @param {Split} split @returns {Passage & { first: Asked }} */
function drawPassage(random, split) {
  const sort = SORTS[random.weighted(SORTS.map((name) => WEIGHTS[split][name]))] ?? 'story';
  for (;;) {
    const passage = PASSAGES[sort](random, split);
    const first = passage.ask();
    if (first !== null) return { ...passage, first };
  }
}

/** Questions about one text. @param {Random} random @param {Split} split @returns {import('./conversation.mjs').Turn[]} */
function readingTurns(random, split) {
  const { text, ask, first } = drawPassage(random, split);
  const turns = [turnOf(say(random, split, data.frames, { text, question: first.question }), first)];
  if (split === 'test' || !random.chance(ASKED_AGAIN)) return turns;
  const questions = new Set([first.question]);
  for (let more = random.between(1, 4); more > 0; more--) {
    const asked = ask();
    if (asked === null || questions.has(asked.question)) continue;
    questions.add(asked.question);
    turns.push(turnOf(asked.question, asked));
  }
  return turns;
}

/** @type {import('./conversation.mjs').Skill} */
export const READING = {
  name: 'reading',
  casual: false,
  phrases: PHRASES,
  generate: (random, split) => conversationOf(readingTurns(random, split)),
};
