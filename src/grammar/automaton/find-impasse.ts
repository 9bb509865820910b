import type { OpenState } from './open-state.ts';
import { shortestRests } from './shortest-rests.ts';

/** Rules that are tried as what bars the way through another one. */
const MOST_TRIED = 64;

/**
 * Why the rule `start` has no text: the innermost rule that has none itself, found by what bars the way through each
 * outer one. What may be left out bars nothing.
 *
 * @param names of rules by their first states
 * @returns null where no rule on the way there has a name
 */
export function findImpasse(
  states: readonly OpenState[],
  start: number,
  names: ReadonlyMap<number, string>,
): string | null {
  const rests = shortestRests(states);
  const visited = new Set<number>();
  let found: string | null = null;
  for (let rule: number | null = start; rule !== null && !visited.has(rule); ) {
    visited.add(rule);
    found = names.get(rule) ?? found;
    rule = barrier(states, rule, rests);
  }
  return found;
}

/** An empty rule behind which the end comes, or else another empty one; null where the rule is barred by itself. */
function barrier(states: readonly OpenState[], start: number, rests: Int32Array): number | null {
  const met = walk(states, start, rests, null);
  let onward: number | null = null;
  for (const rule of [...met.empty].slice(0, MOST_TRIED)) {
    const behind = walk(states, start, rests, rule);
    if (behind.ends) return rule;
    if (behind.empty.size > met.empty.size) onward ??= rule;
  }
  return onward ?? met.empty.values().next().value ?? null;
}

/** Empty rules that the ways through the rule `start` come to, `passable` not being one, and whether any way ends. */
function walk(
  states: readonly OpenState[],
  start: number,
  rests: Int32Array,
  passable: number | null,
): { readonly empty: ReadonlySet<number>; readonly ends: boolean } {
  const seen = new Set([start]);
  const empty = new Set<number>();
  let ends = false;
  for (const index of seen) {
    const { edges, calls, accepting } = states[index] as OpenState;
    ends ||= accepting;
    for (let e = 2; e < edges.length; e += 3) seen.add(edges[e] as number);
    for (let c = 0; c < calls.length; c += 2) {
      const rule = calls[c] as number;
      const back = calls[c + 1] as number;
      if (back < 0) seen.add(rule);
      else if (rule === passable || (rests[rule] as number) >= 0) seen.add(back);
      if (back >= 0 && (rests[rule] as number) < 0) empty.add(rule);
    }
  }
  return { empty, ends };
}
