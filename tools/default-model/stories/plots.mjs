// @ts-check
import { dataNames, readData } from '../language/data.mjs';

/**
 * One kind of story, as written in data/plots.
 *
 * - `theme`: what it can be said to be about
 * - `thing`: which list the main thing comes from
 * - `beats`: one sentence or two of each are told in order. `@pool` takes one of shared-beats.json, a first entry
 *   `?0.4` leaves the beat out in six of ten stories, `para` may begin a paragraph
 * - `asks`: questions that the story answers, in other words for training and for tests
 * - `prompts`: requests for just this plot
 *
 * @typedef {{ name: string, theme: string[], thing: 'any' | 'toys' | 'tools' | 'clothes' | 'treasures',
 *   beats: string[][], asks: { q: string[], test: string[], a: string }[],
 *   prompts: { train: string[], test: string[] } }} Plot
 */

/** @type {readonly Plot[]} */
export const PLOTS = dataNames('plots').map((path) => ({
  name: path.slice('plots/'.length),
  ...readData(path),
}));

/** Sentences that fit into many plots, by name of the pool. @type {Readonly<Record<string, string[]>>} */
export const POOLS = readData('shared-beats');
