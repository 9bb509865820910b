import type { WorkMeter } from '../automaton/work-meter.ts';
import { CharacterAutomaton } from './character-automaton.ts';
import { type CodePoints, codePoints } from './code-points.ts';

/**
 * The smallest deterministic automaton of the same strings. States are in one block with those that nothing has told
 * apart from them: at first by whether they accept, then by the blocks to which their characters lead. Looked at again
 * is only who leads to a state that has changed its block.
 *
 * @param strings deterministic
 *
 * Throws QueptError when `meter` is spent.
 */
export function smallestAutomaton(strings: CharacterAutomaton, meter: WorkMeter): CharacterAutomaton {
  const { states } = strings;
  const blocks: number[] = states.map(({ accepting }) => (accepting ? 1 : 0));
  const members = new Map<number, Set<number>>();
  for (const [state, block] of blocks.entries())
    members.set(block, (members.get(block) ?? new Set()).add(state));
  const sources = sourcesOf(strings);
  let dirty = new Set(states.keys());
  for (let next = 2; dirty.size > 0; ) {
    for (const state of dirty) meter.spend(1 + (states[state]?.edges.length ?? 0));
    const moved: [state: number, block: number][] = [];
    for (const block of new Set([...dirty].map((state) => blocks[state] as number))) {
      for (const group of newGroups(strings, blocks, members.get(block) as Set<number>, dirty)) {
        for (const state of group) moved.push([state, next]);
        next++;
      }
    }
    for (const [state, block] of moved) {
      members.get(blocks[state] as number)?.delete(state);
      blocks[state] = block;
      members.set(block, (members.get(block) ?? new Set()).add(state));
    }
    dirty = new Set(moved.flatMap(([state]) => sources[state] as readonly number[]));
  }
  return joined(strings, blocks, meter);
}

/** For each state the states that lead to it. */
function sourcesOf({ states }: CharacterAutomaton): readonly (readonly number[])[] {
  const sources: number[][] = states.map(() => []);
  for (const [state, { edges }] of states.entries()) for (const { to } of edges) sources[to]?.push(state);
  return sources;
}

/** Groups of dirty states that differ from the rest of their block. One group stays: that of the others, if there are any. */
function newGroups(
  { states }: CharacterAutomaton,
  blocks: readonly number[],
  block: ReadonlySet<number>,
  dirty: ReadonlySet<number>,
): readonly number[][] {
  const keyOf = (state: number): string =>
    [...rangesByTarget(states[state]?.edges ?? [], blocks)].sort(([a], [b]) => a - b).join(' ');
  const groups = new Map<string, number[]>();
  for (const state of block) {
    if (!dirty.has(state)) continue;
    const key = keyOf(state);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [state]);
    else group.push(state);
  }
  const clean = [...block].find((state) => !dirty.has(state));
  const staying = clean === undefined ? groups.keys().next().value : keyOf(clean);
  if (staying !== undefined) groups.delete(staying);
  return [...groups.values()];
}

/** What leads to each block. */
function rangesByTarget(
  edges: readonly { readonly set: CodePoints; readonly to: number }[],
  blocks: readonly number[],
): Map<number, CodePoints> {
  const byTarget = new Map<number, CodePoints>();
  for (const { set, to } of edges) {
    const block = blocks[to] as number;
    byTarget.set(block, codePoints([...(byTarget.get(block) ?? []), ...set]));
  }
  return byTarget;
}

/** One state for each block, that of the beginning first. */
function joined(
  strings: CharacterAutomaton,
  blocks: readonly number[],
  meter: WorkMeter,
): CharacterAutomaton {
  const made = new CharacterAutomaton(meter);
  made.isDeterministic = true;
  const stateOf = new Map<number, number>([[blocks[0] as number, 0]]);
  for (const block of blocks) if (!stateOf.has(block)) stateOf.set(block, made.state());
  const done = new Set<number>();
  for (const [state, { edges, accepting }] of strings.states.entries()) {
    const block = blocks[state] as number;
    if (done.has(block)) continue;
    done.add(block);
    const from = stateOf.get(block) as number;
    if (accepting) made.accept(from);
    for (const [target, set] of rangesByTarget(edges, blocks))
      made.edge(from, set, stateOf.get(target) as number);
  }
  return made;
}
