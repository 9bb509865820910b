import type { GrammarBuilder, Language } from '../automaton/grammar-builder.ts';
import type { CharacterAutomaton } from '../text/character-automaton.ts';
import { ALL_CODE_POINTS } from '../text/code-points.ts';
import { numberTexts } from '../text/number-texts.ts';
import { stringCharacter } from '../text/string-characters.ts';
import { stringsOfLength } from '../text/string-sets.ts';

/** How deep values nest that no schema describes: a model that only opens brackets has to close them again. */
export const MAX_FREE_DEPTH = 24;

/** Characters of a property's name that no schema describes: a model that has lost its way would write a story there. */
export const MAX_FREE_NAME = 64;

const SPACE = 0x20;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const TAB = 0x09;
const MAX_INDENT = 24;
const MAX_TABS = 8;

/**
 * White space where lines may break: none, one space, or a new line with an indent. Runs are short, or a model that
 * has lost its way would go on with them to the end of its tokens.
 */
export function gap(builder: GrammarBuilder, from: number, to: number): void {
  const rule = builder.shared('gap', (_, start, end) => {
    builder.byte(start, SPACE, SPACE, end);
    const line = builder.state();
    builder.byte(start, NEWLINE, NEWLINE, line);
    builder.jump(line, end);
    for (const [character, most] of [
      [SPACE, MAX_INDENT],
      [TAB, MAX_TABS],
    ] as const) {
      let state = line;
      for (let i = 0; i < most; i++) {
        const next = builder.state();
        builder.byte(state, character, character, next);
        builder.jump(next, end);
        state = next;
      }
    }
  });
  builder.jump(from, to);
  builder.call(from, rule, to);
}

/** One character of ASCII, such as a bracket. */
export function mark(builder: GrammarBuilder, from: number, character: string): number {
  return builder.text(from, character);
}

/** A property's colon and the space that may follow. */
export function colon(builder: GrammarBuilder, from: number): number {
  const behind = mark(builder, from, ':');
  const to = builder.state();
  builder.jump(behind, to);
  builder.byte(behind, SPACE, SPACE, to);
  return to;
}

/** The strings of an automaton in quotes. */
export function quoted(builder: GrammarBuilder, strings: CharacterAutomaton, from: number, to: number): void {
  const inside = mark(builder, from, '"');
  const behind = builder.state();
  strings.lower(builder, inside, behind);
  builder.byte(behind, QUOTE, QUOTE, to);
}

/** Any string. */
export function anyString(builder: GrammarBuilder, from: number, to: number): void {
  const rule = builder.shared('string', (_, start, end) => {
    const inside = mark(builder, start, '"');
    stringCharacter(builder, inside, ALL_CODE_POINTS, inside);
    builder.byte(inside, QUOTE, QUOTE, end);
  });
  builder.call(from, rule, to);
}

/** Items with commas between, of any number. */
export function list(
  builder: GrammarBuilder,
  brackets: readonly [open: string, close: string],
  item: Language,
  from: number,
  to: number,
): void {
  const open = mark(builder, from, brackets[0]);
  const first = builder.state();
  gap(builder, open, first);
  const behind = builder.state();
  item(builder, first, behind);
  const next = builder.state();
  gap(builder, mark(builder, behind, ','), next);
  item(builder, next, behind);
  const close = builder.state();
  gap(builder, behind, close);
  for (const state of [first, close]) builder.jump(mark(builder, state, brackets[1]), to);
}

const ANY_NUMBER = {
  integer: false,
  min: null,
  exclusiveMin: false,
  max: null,
  exclusiveMax: false,
  factors: [],
} as const;

/** Any value that nests at most `depth` levels. */
export function anyValue(builder: GrammarBuilder, depth: number, from: number, to: number): void {
  const rule = builder.shared(`value of depth ${depth}`, (_, start, end) => {
    for (const word of ['null', 'true', 'false']) builder.jump(builder.text(start, word), end);
    builder.call(
      start,
      builder.shared('number', (_, a, b) => numberTexts(builder, ANY_NUMBER, a, b)),
      end,
    );
    anyString(builder, start, end);
    if (depth === 0) return;
    list(builder, ['[', ']'], (_, a, b) => anyValue(builder, depth - 1, a, b), start, end);
    anyObject(builder, depth, start, end);
  });
  builder.call(from, rule, to);
}

/** Any object that nests at most `depth` levels, itself included. */
export function anyObject(builder: GrammarBuilder, depth: number, from: number, to: number): void {
  const property: Language = (_, start, end) => {
    const name = builder.state();
    builder.call(
      start,
      builder.shared('name', (_, a, b) =>
        quoted(builder, stringsOfLength(builder.meter, 0, MAX_FREE_NAME), a, b),
      ),
      name,
    );
    anyValue(builder, depth - 1, colon(builder, name), end);
  };
  list(builder, ['{', '}'], property, from, to);
}

/** What a listed value may be written as. */
export function literal(builder: GrammarBuilder, value: unknown, from: number, to: number): void {
  if (Array.isArray(value) && value.length > 0) {
    let state = mark(builder, from, '[');
    for (const [i, item] of value.entries())
      state = listed(builder, i, state, (a, b) => literal(builder, item, a, b));
    closed(builder, state, ']', to);
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    let state = mark(builder, from, '{');
    for (const [i, [name, inner]] of Object.entries(value).entries()) {
      state = listed(builder, i, state, (a, b) =>
        literal(builder, inner, colon(builder, builder.text(a, JSON.stringify(name))), b),
      );
    }
    closed(builder, state, '}', to);
  } else {
    builder.jump(builder.text(from, JSON.stringify(value)), to);
  }
}

function listed(
  builder: GrammarBuilder,
  index: number,
  from: number,
  item: (from: number, to: number) => void,
): number {
  const start = builder.state();
  const end = builder.state();
  gap(builder, index === 0 ? from : mark(builder, from, ','), start);
  item(start, end);
  return end;
}

function closed(builder: GrammarBuilder, from: number, bracket: string, to: number): void {
  const end = builder.state();
  gap(builder, from, end);
  builder.jump(mark(builder, end, bracket), to);
}
