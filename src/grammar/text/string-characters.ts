import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import { type CodePoints, codePoints, complement, intersection } from './code-points.ts';
import { utf8Ranges } from './utf8-ranges.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Characters that a JSON string holds as they are, in one byte. */
const PLAIN = intersection(
  codePoints([[0x20, 0x7e]]),
  complement(
    codePoints([
      [QUOTE, QUOTE],
      [BACKSLASH, BACKSLASH],
    ]),
  ),
);
/** U+007F is one byte as well. */
const PLAIN_BYTES = codePoints([...PLAIN, [0x7f, 0x7f]]);
const OTHERS = complement(PLAIN_BYTES);

/**
 * One character out of `set`, as a JSON string spells it, leads from `from` to `to`. Each character has one spelling:
 * as it is, but `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`, and `\u00xx` for other control characters, as
 * `JSON.stringify` writes them.
 */
export function stringCharacter(builder: GrammarBuilder, from: number, set: CodePoints, to: number): void {
  const { plain, others, name } = partsOf(set);
  for (const [low, high] of plain) builder.byte(from, low, high, to);
  if (others.length === 0) return;
  const rule = builder.shared(name, (_, start, end) => {
    for (const [low, high] of others) spell(builder, start, low, high, end);
  });
  builder.call(from, rule, to);
}

/** A set by how its characters are spelled. */
interface SpelledParts {
  readonly plain: CodePoints;
  readonly others: CodePoints;
  /** Of the rule for the others. */
  readonly name: string;
}

/** Automata that were multiplied have the same sets at thousands of edges. */
const known = new WeakMap<CodePoints, SpelledParts>();

function partsOf(set: CodePoints): SpelledParts {
  let parts = known.get(set);
  if (parts === undefined) {
    const others = intersection(set, OTHERS);
    parts = { plain: intersection(set, PLAIN_BYTES), others, name: `characters ${others.join(' ')}` };
    known.set(set, parts);
  }
  return parts;
}

function spell(builder: GrammarBuilder, from: number, low: number, high: number, to: number): void {
  for (let escaped = low; escaped <= Math.min(high, BACKSLASH); escaped++) {
    const spelled = JSON.stringify(String.fromCodePoint(escaped)).slice(1, -1);
    builder.jump(builder.text(from, spelled), to);
  }
  if (high < 0x80) return;
  for (const ranges of utf8Ranges(Math.max(low, 0x80), high)) {
    let state = from;
    for (const [i, [first, last]] of ranges.entries()) {
      const next = i === ranges.length - 1 ? to : builder.state();
      builder.byte(state, first, last, next);
      state = next;
    }
  }
}
