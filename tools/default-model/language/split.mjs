// @ts-check
import { hashLabels } from './random.mjs';

/** One in so many operand tuples is kept for tests. */
const HELD_OUT = 10;
const SALT = 0x51ce;
const PATIENCE = 100_000;

/**
 * Whether training never sees this question, whatever its wording.
 *
 * @param {string} family questions that share operands, such as `addition`
 * @param {...(string | number)} operands
 */
export function isHeldOut(family, ...operands) {
  return hashLabels([family, ...operands], SALT) % HELD_OUT === 0;
}

/**
 * Draws until the operands belong to the split. `keyOf` gives what identifies the question, or null where it may
 * be in both: what can only be known by heart (2 + 2, the capital of France) has to be trained.
 *
 * @template T
 * @param {import('./phrases.mjs').Split} split
 * @param {string} family
 * @param {() => T} draw
 * @param {(value: T) => readonly (string | number)[] | null} keyOf
 * @returns {T}
 */
export function drawFor(split, family, draw, keyOf) {
  for (let tries = 0; tries < PATIENCE; tries++) {
    const value = draw();
    const key = keyOf(value);
    if (key === null || isHeldOut(family, ...key) === (split === 'test')) return value;
  }
  throw new Error(`${family}: no operands for the ${split} split`);
}
