import type { OutputConstraint } from '../core/index.ts';
import type { GrammarBuilder } from './automaton/grammar-builder.ts';
import { SPECIAL_BEGIN, SPECIAL_END } from './special-bytes.ts';

const HIGHEST_TEXT_BYTE = SPECIAL_END - 1;

/**
 * Texts without a string in them. One state for every length of its beginning that the newest characters may be, and
 * as many for the name of a special token.
 */
export function proseTexts(
  builder: GrammarBuilder,
  { without, notFirst }: Extract<OutputConstraint, { kind: 'prose' }>,
  from: number,
  to: number,
): void {
  builder.admitProse();
  const mark = Buffer.from(without);
  const states = Array.from(mark, () => builder.state());
  const [start] = states;
  if (start === undefined) throw new RangeError('Prose is without something.');
  const special = specialNames(builder, mark, start);
  states.forEach((state, matched) => {
    addText(builder, { from: state, states, mark, matched, except: [] });
    builder.byte(state, SPECIAL_BEGIN, SPECIAL_BEGIN, special);
    builder.jump(state, to);
  });
  const first = builder.state();
  addText(builder, { from: first, states, mark, matched: 0, except: [...Buffer.from(notFirst)] });
  builder.byte(first, SPECIAL_BEGIN, SPECIAL_BEGIN, special);
  builder.jump(first, to);
  builder.jump(from, first);
}

interface Place {
  readonly from: number;
  readonly states: readonly number[];
  readonly mark: Uint8Array;
  /** Bytes of the mark that came last. */
  readonly matched: number;
  /** Bytes that may not come. */
  readonly except: readonly number[];
}

/** Where each byte of a text leads. */
function addText(builder: GrammarBuilder, { from, states, mark, matched, except }: Place): void {
  // No beginning of the mark ends in its first byte again, so a byte goes on with it, begins it, or neither.
  const wanted = mark[matched];
  const first = mark[0];
  const next = (byte: number): number | undefined => {
    if (except.includes(byte)) return undefined;
    if (byte === wanted) return states[matched + 1];
    return byte === first ? states[1] : states[0];
  };
  addRanges(builder, from, HIGHEST_TEXT_BYTE, next);
}

/** Names of special tokens but for the mark's; they lead back to `behind`. */
function specialNames(builder: GrammarBuilder, mark: Uint8Array, behind: number): number {
  const other = builder.state();
  builder.byte(other, 0, HIGHEST_TEXT_BYTE, other);
  builder.byte(other, SPECIAL_END, SPECIAL_END, behind);
  const states = Array.from({ length: mark.length + 1 }, () => builder.state());
  states.forEach((state, matched) => {
    const next = (byte: number) => (byte === mark[matched] ? states[matched + 1] : other);
    addRanges(builder, state, HIGHEST_TEXT_BYTE, next);
    if (matched < mark.length) builder.byte(state, SPECIAL_END, SPECIAL_END, behind);
  });
  return states[0] ?? other;
}

/** Edges for the bytes 0 to `highest`, as few as say the same. */
function addRanges(
  builder: GrammarBuilder,
  from: number,
  highest: number,
  next: (byte: number) => number | undefined,
): void {
  let low = 0;
  for (let byte = 1; byte <= highest + 1; byte++) {
    const target = next(low);
    if (byte <= highest && next(byte) === target) continue;
    if (target !== undefined) builder.byte(from, low, byte - 1, target);
    low = byte;
  }
}
