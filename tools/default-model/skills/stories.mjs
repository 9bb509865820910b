// @ts-check
import { readData } from '../language/data.mjs';
import { joined } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { PLOTS } from '../stories/plots.mjs';
import { drawStory, storyKey, tell } from '../stories/story.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {ReturnType<typeof drawStory>} Story */

/** @typedef {import('../language/phrases.mjs').Phrases} Phrases */

/** @type {{ leads: string[] } & Record<'bare' | 'theme' | 'hero' | 'pair' | 'thing' | 'words' | 'goOn', Phrases>} */
const { leads: LEADS, ...SAID } = readData('story-requests');

/** `@ about {theme}` is said in every way to ask for a story. @param {Phrases} phrases @returns {Phrases} */
function withLeads({ train, test }) {
  const asked = train.flatMap((text) =>
    text.startsWith('@') ? LEADS.map((lead) => lead.replace('@', () => text.slice(1))) : [text],
  );
  return { train: asked, test };
}

const REQUESTS = {
  bare: withLeads(SAID.bare),
  theme: withLeads(SAID.theme),
  hero: withLeads(SAID.hero),
  pair: withLeads(SAID.pair),
  thing: withLeads(SAID.thing),
  words: withLeads(SAID.words),
  goOn: SAID.goOn,
};

/** Requests for just one plot, by its name. @type {Readonly<Record<string, Phrases>>} */
const PLOT_REQUESTS = Object.fromEntries(PLOTS.map(({ name, prompts }) => [name, withLeads(prompts)]));

const PHRASES = { ...REQUESTS, ...PLOT_REQUESTS };

/** How often each sort of request comes. `plot`: for just the story that is told. */
const WEIGHTS = { bare: 1, theme: 2, hero: 5, pair: 4, thing: 3, words: 4, goOn: 3, plot: 7 };
const SORTS = /** @type {(keyof typeof WEIGHTS)[]} */ (Object.keys(WEIGHTS));

/** Tellings to try before another request is made of a story. */
const TELLINGS = 4;

/** A story that belongs to the split. @param {Random} random @param {Split} split */
export function storyFor(random, split) {
  return drawFor(split, 'stories', () => drawStory(random), storyKey);
}

/**
 * The words that a request can name, and a story then has to have.
 *
 * @param {Story['world']} world
 * @returns {string[]}
 */
export function nameable(world) {
  const { A, B, thing, thing2, place, place2, food, vehicle, project, wild, ...plain } = /** @type {any} */ (
    world
  );
  const places = [place, place2].map(({ the }) => the.slice('the '.length));
  const nouns = [thing, thing2, food, vehicle, project, wild].map(({ noun }) => noun);
  return [
    A.name,
    B.name,
    A.kind,
    B.kind,
    ...nouns,
    ...places,
    plain.seed,
    plain.dish,
    plain.baby,
    plain.skill,
  ];
}

/** Whether a text has this word or these words, in whatever case. @param {string} text @param {string} word */
export function mentions(text, word) {
  return new RegExp(`\\b${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:s|es)?\\b`, 'i').test(text);
}

/**
 * A request, the story that fulfils it, and what that story is made of.
 *
 * @param {Random} random
 * @param {Split} split
 * @returns {{ story: Story, turn: import('./conversation.mjs').Turn }}
 */
export function requestStory(random, split) {
  for (;;) {
    const story = storyFor(random, split);
    const sort = SORTS[random.weighted(SORTS.map((name) => WEIGHTS[name]))] ?? 'bare';
    for (let tries = 0; tries < TELLINGS; tries++) {
      const turn = requested(random, split, sort, story, tell(random, story));
      if (turn !== null) return { story, turn };
    }
  }
}

/**
 * A request that this very text fulfils; null where it names something that the text lacks.
 *
 * @param {Random} random
 * @param {Split} split
 * @param {keyof typeof WEIGHTS} sort
 * @param {Story} story
 * @param {string} text
 */
function requested(random, split, sort, { plot, world }, text) {
  const known = [...new Set(nameable(world))];
  const present = known.filter((word) => mentions(text, word));
  if (sort === 'goOn') return continued(random, split, text);
  if (sort === 'words' && present.length < 3) return null;
  const words = sort === 'words' ? joined(random.sample(present, random.between(2, 3))) : '';
  const values = { ...world, theme: random.pick(plot.theme), words };
  const user = say(
    random,
    split,
    (sort === 'plot' ? PLOT_REQUESTS[plot.name] : undefined) ??
      REQUESTS[/** @type {keyof typeof REQUESTS} */ (sort)],
    values,
  );
  const named = known.filter((word) => mentions(user, word));
  if (named.some((word) => !present.includes(word))) return null;
  return { user, answer: text, check: checkOf(named, 50) };
}

/** The first two sentences are given, the rest is told. @param {Random} random @param {Split} split @param {string} text */
function continued(random, split, text) {
  const start = /^(?:[^.!?"]+[.!?] ){2}/.exec(text)?.[0];
  if (start === undefined) return null;
  const answer = text.slice(start.length);
  return { user: say(random, split, REQUESTS.goOn, { start: start.trim() }), answer, check: checkOf([], 30) };
}

/** @param {string[]} words @param {number} minWords */
function checkOf(words, minWords) {
  return { kind: /** @type {const} */ ('text'), mentions: words, minWords, maxWords: 260 };
}

export const STORIES = singleTurnSkill(
  'stories',
  PHRASES,
  (random, split) => requestStory(random, split).turn,
);
