import { LowestFirst } from './lowest-first.ts';
import type { OpenState } from './open-state.ts';

/** What is longer counts as so long: sums stay whole numbers, and no answer comes to its end there anyway. */
const LONGEST_REST = 2 ** 30;
const NONE = -1;

/**
 * The fewest bytes from each state to the end of its rule:
 *
 *     rest(s) = 0 where s is accepting, else the least of
 *               1 + rest(t) for an edge to t, rest(r) for a jump to r, rest(r) + rest(b) for a call of r that returns to b
 *
 * Found in the order of their length, so each is final when it is taken: Dijkstra's algorithm, with sums of two.
 *
 * @returns int32 [states]; −1 for states from which the end of their rule cannot be reached
 *
 * Source: Knuth, A Generalization of Dijkstra's Algorithm (1977).
 */
export function shortestRests(states: readonly OpenState[]): Int32Array {
  const rests = new Int32Array(states.length).fill(NONE);
  const dependents = dependentsOf(states);
  const open = new LowestFirst();
  for (const [i, { accepting }] of states.entries()) if (accepting) open.push(0, i);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { cost, item } = next;
    if (rests[item] !== NONE) continue;
    rests[item] = cost;
    const ways = dependents[item] ?? [];
    for (let w = 0; w < ways.length; w += 2) {
      const state = ways[w] as number;
      const more = costBeside(ways[w + 1] as number, rests);
      if (more !== NONE && rests[state] === NONE) open.push(Math.min(cost + more, LONGEST_REST), state);
    }
  }
  return rests;
}

/** For each state pairs: one that leads to it, and what the way costs beside. */
function dependentsOf(states: readonly OpenState[]): readonly (readonly number[])[] {
  const dependents: number[][] = states.map(() => []);
  for (const [i, { edges, calls }] of states.entries()) {
    for (let e = 2; e < edges.length; e += 3) dependents[edges[e] as number]?.push(i, A_BYTE);
    for (let c = 0; c < calls.length; c += 2) {
      const rule = calls[c] as number;
      const back = calls[c + 1] as number;
      dependents[rule]?.push(i, back < 0 ? NOTHING : back);
      if (back >= 0) dependents[back]?.push(i, rule);
    }
  }
  return dependents;
}

/** @param beside a state whose rest comes on top, or one of the two below */
function costBeside(beside: number, rests: Int32Array): number {
  if (beside === A_BYTE) return 1;
  return beside === NOTHING ? 0 : (rests[beside] as number);
}

const A_BYTE = -2;
const NOTHING = -1;
