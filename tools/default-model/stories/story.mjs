// @ts-check
import { capitalised } from '../language/english.mjs';
import { fill } from '../language/template.mjs';

import { PLOTS, POOLS } from './plots.mjs';
import { drawWorld } from './world.mjs';

/** @typedef {import('../language/random.mjs').Random} Random */
/** @typedef {import('../language/template.mjs').Values} Values */
/** @typedef {import('./plots.mjs').Plot} Plot */

const PARAGRAPHS = 0.6;

/** Lower-cased at the start of a sentence's second half. @param {string} text */
const uncapitalised = (text) => text.charAt(0).toLowerCase() + text.slice(1);

/**
 * A plot with its characters, things and places, not yet told.
 *
 * @param {Random} random
 * @param {Plot} [plot]
 * @returns {{ plot: Plot, world: Values }}
 */
export function drawStory(random, plot = random.pick(PLOTS)) {
  const world = drawWorld(random, plot);
  const when = fill(random.pick(POOLS.when ?? []), random, /** @type {any} */ (world));
  return { plot, world: /** @type {any} */ ({ ...world, when, when_: uncapitalised(when) }) };
}

/**
 * Tells a story. The same story can be told in many ways.
 *
 * @param {Random} random
 * @param {{ plot: Plot, world: Values }} story
 */
export function tell(random, { plot, world }) {
  const separator = random.chance(PARAGRAPHS) ? '\n\n' : ' ';
  /** @type {string[][]} */
  const paragraphs = [[]];
  /** @type {Set<string>} */
  const used = new Set();
  for (const beat of plot.beats) {
    if (beat[0] === 'para') paragraphs.push([]);
    else {
      const sentences = tellBeat(random, beat, world, used);
      if (sentences !== '') paragraphs.at(-1)?.push(sentences);
    }
  }
  return punctuated(paragraphs.map((sentences) => sentences.join(' ')).join(separator));
}

/** Templates end speech alike; a question or a call keeps its own mark: “Who is there?” asked … @param {string} text */
function punctuated(text) {
  return text.replace(/([!?])," /g, '$1" ').replace(/([.!?])\.?"\.?/g, '$1"');
}

/**
 * @param {Random} random
 * @param {readonly string[]} beat
 * @param {Values} world
 * @param {Set<string>} used pool sentences that this story has had
 */
function tellBeat(random, beat, world, used) {
  const [first = ''] = beat;
  if (first.startsWith('?')) {
    if (!random.chance(Number(first.slice(1)))) return '';
    return capitalised(fill(fromPools(random, random.pick(beat.slice(1)), used), random, world));
  }
  return capitalised(fill(fromPools(random, random.pick(beat), used), random, world));
}

/** @param {Random} random @param {string} text @param {Set<string>} used */
function fromPools(random, text, used) {
  return text.replace(/@(\w+)/g, (_, name) => {
    const pool = POOLS[name];
    if (pool === undefined) throw new Error(`no pool of sentences '${name}'`);
    const fresh = pool.filter((sentence) => !used.has(sentence));
    const sentence = random.pick(fresh.length > 0 ? fresh : pool);
    used.add(sentence);
    return sentence;
  });
}

/**
 * What identifies a story for the split into training and test: who, with what, where.
 *
 * @param {{ plot: Plot, world: Values }} story
 */
export function storyKey({ plot, world }) {
  const { A, B, thing, place } = /** @type {any} */ (world);
  return [plot.name, A.name, B.name, thing.noun, place.at];
}
