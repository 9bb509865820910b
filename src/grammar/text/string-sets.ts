import type { WorkMeter } from '../automaton/work-meter.ts';
import { CharacterAutomaton } from './character-automaton.ts';
import { ALL_CODE_POINTS, type CodePoints, codePoints, complement } from './code-points.ts';

/** Strings of `min` to `max` characters; `max` null for no limit. */
export function stringsOfLength(meter: WorkMeter, min: number, max: number | null): CharacterAutomaton {
  const strings = new CharacterAutomaton(meter);
  strings.isDeterministic = true;
  let state = 0;
  const last = max ?? min;
  for (let length = 0; length < last; length++) {
    if (length >= min) strings.accept(state);
    const next = strings.state();
    strings.edge(state, ALL_CODE_POINTS, next);
    state = next;
  }
  if (last >= min) strings.accept(state);
  if (max === null) strings.edge(state, ALL_CODE_POINTS, state);
  return strings;
}

interface NameNode {
  readonly children: Map<string, NameNode>;
  ends: boolean;
}

/** All strings but `names`. */
export function stringsExcept(meter: WorkMeter, names: Iterable<string>): CharacterAutomaton {
  const root: NameNode = { children: new Map(), ends: false };
  for (const name of names) {
    let node = root;
    for (const character of name) {
      let child = node.children.get(character);
      if (child === undefined) {
        child = { children: new Map(), ends: false };
        node.children.set(character, child);
      }
      node = child;
    }
    node.ends = true;
  }
  const strings = new CharacterAutomaton(meter);
  strings.isDeterministic = true;
  const free = strings.state();
  strings.accept(free);
  strings.edge(free, ALL_CODE_POINTS, free);
  const walk: [NameNode, number][] = [[root, 0]];
  for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
    const [node, state] = next;
    if (!node.ends) strings.accept(state);
    const taken: CodePoints[] = [];
    for (const [character, child] of node.children) {
      const codePoint = character.codePointAt(0) ?? 0;
      const set = codePoints([[codePoint, codePoint]]);
      const to = strings.state();
      strings.edge(state, set, to);
      taken.push(set);
      walk.push([child, to]);
    }
    strings.edge(state, complement(codePoints(taken.flat())), free);
  }
  return strings;
}
