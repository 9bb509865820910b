import { createHash } from 'node:crypto';
import type { OutputGrammar } from '../../core/index.ts';
import type { OpenState } from './open-state.ts';
import { productiveStates } from './productive-states.ts';

/**
 * The states that an answer can come through on its way to an end, as flat arrays. Whoever follows them never comes
 * to a place that leads nowhere.
 *
 * @returns null when no end can be reached from `start`
 */
export function packGrammar(states: readonly OpenState[], start: number): OutputGrammar | null {
  const productive = productiveStates(states);
  if (productive[start] !== 1) return null;
  const order = reachable(states, start, productive);
  const numberOf = new Map(order.map((state, i) => [state, i]));
  const edgeStart = [0];
  const callStart = [0];
  const edges: number[] = [];
  const calls: number[] = [];
  const accepting = new Uint8Array(order.length);
  for (const [i, index] of order.entries()) {
    const state = states[index] as OpenState;
    for (const [low, high, to] of edgesOf(state, productive)) edges.push(low, high, numberOf.get(to) ?? 0);
    for (const [rule, back] of callsOf(states, state, productive)) {
      calls.push(numberOf.get(rule) ?? 0, back < 0 ? -1 : (numberOf.get(back) ?? 0));
    }
    edgeStart.push(edges.length / 3);
    callStart.push(calls.length / 2);
    accepting[i] = state.accepting ? 1 : 0;
  }
  const arrays = {
    edgeStart: Int32Array.from(edgeStart),
    edges: Int32Array.from(edges),
    callStart: Int32Array.from(callStart),
    calls: Int32Array.from(calls),
    accepting,
  };
  const hash = createHash('sha256');
  for (const array of Object.values(arrays)) hash.update(`${array.length}:`).update(array);
  return { key: hash.digest('base64url'), ...arrays, start: 0 };
}

function* edgesOf({ edges }: OpenState, productive: Uint8Array): Generator<[number, number, number]> {
  for (let i = 0; i < edges.length; i += 3) {
    const [low = 0, high = 0, to = 0] = edges.slice(i, i + 3);
    if (productive[to] === 1) yield [low, high, to];
  }
}

/** A call whose return does nothing but end its own rule is a jump: the stack need not grow for it. */
function* callsOf(
  states: readonly OpenState[],
  { calls }: OpenState,
  productive: Uint8Array,
): Generator<[number, number]> {
  for (let i = 0; i < calls.length; i += 2) {
    const [rule = 0, back = -1] = calls.slice(i, i + 2);
    if (productive[rule] !== 1 || (back >= 0 && productive[back] !== 1)) continue;
    yield [rule, back >= 0 && endsOnly(states[back] as OpenState) ? -1 : back];
  }
}

function endsOnly({ accepting, edges, calls }: OpenState): boolean {
  return accepting && edges.length === 0 && calls.length === 0;
}

/** From `start`, which comes first. */
function reachable(states: readonly OpenState[], start: number, productive: Uint8Array): number[] {
  const seen = new Set([start]);
  for (const index of seen) {
    const state = states[index] as OpenState;
    for (const [, , to] of edgesOf(state, productive)) seen.add(to);
    for (const [rule, back] of callsOf(states, state, productive)) {
      seen.add(rule);
      if (back >= 0) seen.add(back);
    }
  }
  return [...seen];
}
