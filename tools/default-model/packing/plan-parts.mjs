// @ts-check
/** Tokens of a part: enough that the windows left half full at its end do not matter, few enough to share the work. */
const PART = 4_194_304;

/**
 * A stretch of the stream that is packed by itself, into files of its name.
 *
 * @typedef {{
 *   name: string,
 *   index: number,
 *   length: number,
 *   windows: number,
 *   start: number,
 * }} Part
 */

/**
 * The stream of a recipe as parts in order: `index` from 0, `windows` of `length` tokens, from token `start` on.
 * File names sort in that order.
 *
 * @param {readonly { sequences: number, length: number, steps: number }[]} phases
 * @param {number} [size] tokens of a part, about
 * @returns {Part[]}
 */
export function planParts(phases, size = PART) {
  /** @type {Part[]} */
  const parts = [];
  let start = 0;
  for (const [phase, { sequences, length, steps }] of phases.entries()) {
    const most = Math.max(1, Math.floor(size / length));
    for (let left = sequences * steps; left > 0; left -= most) {
      const windows = Math.min(left, most);
      const index = parts.length;
      parts.push({ name: `train-${phase}-${String(index).padStart(5, '0')}`, index, length, windows, start });
      start += windows * length;
    }
  }
  return parts;
}
