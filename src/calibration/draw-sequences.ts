import { QueptError } from '../core/index.ts';
import { shuffled } from './shuffled.ts';
import { tokenWindows } from './token-windows.ts';

export interface SequenceWish {
  readonly sequences: number;
  /** Tokens per sequence, the beginning-of-sequence token included. */
  readonly length: number;
  /** Sequences per batch: their number is cut to a multiple. */
  readonly batch: number;
  /** Windows to set aside for measuring the ladder; fewer where the text is short. */
  readonly judged: number;
  readonly seed: number;
}

export interface DrawnText {
  /** To learn from: all of the wished length. */
  readonly sequences: readonly Int32Array[];
  /** To judge configs on; shared with `sequences` where the text has nothing left. */
  readonly judged: readonly Int32Array[];
}

/**
 * Draws sequences from a text at random places without overlap. The same text and seed give the same ones.
 *
 * Throws QueptError `invalid_usage` when the text does not fill one batch, RangeError when `sequences` does not.
 */
export function drawSequences(
  tokens: ArrayLike<number>,
  bosToken: number | null,
  { sequences, length, batch, judged, seed }: SequenceWish,
): DrawnText {
  if (sequences < batch) throw new RangeError(`${sequences} sequences do not fill a batch of ${batch}`);
  const windows = tokenWindows(tokens, length, bosToken).filter((window) => window.length === length);
  if (windows.length < batch) {
    const each = bosToken === null ? length : length - 1;
    throw new QueptError(
      'invalid_usage',
      `--data: the text is too short: ${tokens.length} tokens, where at least ${batch * each} are needed ` +
        `(${sequences * each} to be at its best). Give more text, or a smaller --length.`,
    );
  }
  const order = shuffled(windows.length, seed, 0).map((i) => windows[i]!);
  // With little text, judging does not take away from learning.
  const spare = Math.max(0, windows.length - sequences);
  const count = Math.floor(Math.min(sequences, windows.length) / batch) * batch;
  const set = Math.min(judged, spare);
  return {
    sequences: order.slice(0, count),
    judged: set > 0 ? order.slice(windows.length - set) : order.slice(0, judged),
  };
}
