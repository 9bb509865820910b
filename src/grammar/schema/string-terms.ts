import type { WorkMeter } from '../automaton/work-meter.ts';
import { CharacterAutomaton } from '../text/character-automaton.ts';
import { codePoints } from '../text/code-points.ts';
import { deterministicAutomaton } from '../text/deterministic-automaton.ts';
import { stringsOfLength } from '../text/string-sets.ts';
import { alternatives } from './alternatives.ts';
import type { SchemaNode } from './schema-node.ts';
import { type Terms, termsOf } from './terms.ts';

/** The strings of these terms. */
export function stringsOfTerms(terms: Terms, meter: WorkMeter): CharacterAutomaton {
  const { types, values, strings, minLength, maxLength } = terms;
  if (values !== undefined) return listedStrings(values, meter);
  if (!types.has('string')) return new CharacterAutomaton(meter);
  // A pattern may be at many places at once; better here, where that is bounded, than in each answer.
  const common = strings
    .map((set) => deterministicAutomaton(set, meter))
    .reduce((all, set) => all.intersect(set), stringsOfLength(meter, 0, null));
  if (minLength === 0 && maxLength === null) return common;
  // Lengths last: they multiply what everything before them comes to.
  return stringsOfLength(meter, minLength, maxLength).intersect(common);
}

/** Strings that are valid under all nodes, for names of properties. */
export function stringsOfNodes(nodes: readonly SchemaNode[], meter: WorkMeter): CharacterAutomaton {
  const strings = new CharacterAutomaton(meter);
  for (const alternative of alternatives(nodes, meter)) {
    strings.include(stringsOfTerms(termsOf(alternative, meter), meter));
  }
  return strings;
}

/** The strings among `values`, as a tree of their beginnings. */
export function listedStrings(values: readonly unknown[], meter: WorkMeter): CharacterAutomaton {
  const strings = new CharacterAutomaton(meter);
  strings.isDeterministic = true;
  const children = new Map<string, number>();
  for (const value of values) {
    if (typeof value !== 'string') continue;
    let state = 0;
    for (const character of value) {
      const key = `${state} ${character}`;
      let next = children.get(key);
      if (next === undefined) {
        next = strings.state();
        children.set(key, next);
        const codePoint = character.codePointAt(0) ?? 0;
        strings.edge(state, codePoints([[codePoint, codePoint]]), next);
      }
      state = next;
    }
    strings.accept(state);
  }
  return strings;
}
