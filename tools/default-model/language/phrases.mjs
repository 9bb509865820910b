// @ts-check
import { fill } from './template.mjs';

/**
 * Ways to say the same thing: those that the model is trained on, and others that it is tested with.
 *
 * @typedef {{ readonly train: readonly string[], readonly test: readonly string[] }} Phrases
 * @typedef {'train' | 'test'} Split
 */

/**
 * @param {import('./random.mjs').Random} random
 * @param {Split} split
 * @param {Phrases} phrases
 * @param {import('./template.mjs').Values} [values]
 */
export function say(random, split, phrases, values) {
  return fill(random.pick(phrases[split]), random, values);
}
