import type { WorkMeter } from '../automaton/work-meter.ts';
import { CharacterAutomaton } from './character-automaton.ts';
import { complementAutomaton, deterministicAutomaton } from './deterministic-automaton.ts';
import { PatternFault } from './pattern-fault.ts';
import { ANYTHING, type Pattern, parsePattern } from './pattern-syntax.ts';
import { smallestAutomaton } from './smallest-automaton.ts';

/**
 * Strings in which `source`, an ECMA-262 pattern, is found somewhere.
 *
 * Throws PatternFault for what cannot be read or enforced, QueptError when it costs more than `meter` has.
 */
export function stringsMatching(meter: WorkMeter, source: string): CharacterAutomaton {
  const [first, ...others] = optionsOf(parsePattern(source)).map((option) => stringsOf(meter, option));
  const strings = first ?? new CharacterAutomaton(meter);
  for (const other of others) strings.include(other);
  return strings;
}

/** Anchors and looking ahead are allowed at the ends of the outermost alternatives only. */
function optionsOf(pattern: Pattern): readonly Pattern[] {
  return pattern.kind === 'choice' ? pattern.options.flatMap(optionsOf) : [pattern];
}

/** Whole strings in which the pattern is found. */
function stringsOf(meter: WorkMeter, pattern: Pattern): CharacterAutomaton {
  const parts = partsOf(pattern);
  const anchored = parts[0]?.kind === 'start';
  const afterStart = parts.slice(anchored ? 1 : 0);
  const free = afterStart.findIndex(({ kind }) => kind !== 'ahead');
  const ahead = anchored ? afterStart.slice(0, free < 0 ? afterStart.length : free) : [];
  const conditions = ahead.map((condition) => stringsAhead(meter, condition));
  const strings = stringsOfParts(meter, afterStart.slice(ahead.length), anchored);
  // Deterministic each by itself: places of the pattern that are open at once would multiply otherwise.
  return conditions.reduce(
    (common, condition) => common.intersect(condition),
    conditions.length === 0 ? strings : deterministicAutomaton(strings, meter),
  );
}

/** Strings in which a look ahead from their beginning succeeds. */
function stringsAhead(meter: WorkMeter, condition: Pattern): CharacterAutomaton {
  if (condition.kind !== 'ahead') throw new RangeError('A look ahead was expected.');
  const found = stringsOfParts(meter, partsOf(condition.inner), true);
  return smallestAutomaton(
    condition.negated ? complementAutomaton(found, meter) : deterministicAutomaton(found, meter),
    meter,
  );
}

function stringsOfParts(meter: WorkMeter, parts: readonly Pattern[], anchored: boolean): CharacterAutomaton {
  const strings = new CharacterAutomaton(meter);
  const end = strings.state();
  strings.accept(end);
  const ends = parts.at(-1)?.kind === 'end';
  const whole: Pattern = {
    kind: 'sequence',
    parts: [
      ...(anchored ? [] : [ANYTHING]),
      ...parts.slice(0, ends ? -1 : undefined),
      ...(ends ? [] : [ANYTHING]),
    ],
  };
  add(strings, whole, 0, end);
  return strings;
}

function partsOf(pattern: Pattern): readonly Pattern[] {
  return pattern.kind === 'sequence' ? pattern.parts.flatMap(partsOf) : [pattern];
}

function add(strings: CharacterAutomaton, pattern: Pattern, from: number, to: number): void {
  switch (pattern.kind) {
    case 'set':
      strings.edge(from, pattern.set, to);
      return;
    case 'sequence': {
      let state = from;
      for (const part of pattern.parts) {
        const next = strings.state();
        add(strings, part, state, next);
        state = next;
      }
      strings.jump(state, to);
      return;
    }
    case 'choice':
      for (const option of pattern.options) add(strings, option, from, to);
      return;
    case 'repeat':
      addRepeated(strings, pattern, from, to);
      return;
    case 'start':
    case 'end':
    case 'ahead':
      throw new PatternFault(
        "has '^', '$' or a look ahead elsewhere than at its ends, which cannot be enforced",
      );
    default:
      pattern satisfies never;
  }
}

function addRepeated(
  strings: CharacterAutomaton,
  { part, min, max }: Extract<Pattern, { kind: 'repeat' }>,
  from: number,
  to: number,
): void {
  let state = from;
  for (let count = 0; count < (max ?? min); count++) {
    if (count >= min) strings.jump(state, to);
    const next = strings.state();
    add(strings, part, state, next);
    state = next;
  }
  if (max === null) {
    // A state of its own, so that nothing else leads back into the loop.
    const loop = strings.state();
    const back = strings.state();
    strings.jump(state, loop);
    add(strings, part, loop, back);
    strings.jump(back, loop);
    state = loop;
  }
  strings.jump(state, to);
}
