import { createHash } from 'node:crypto';
import type { OutputGrammar } from '../../core/index.ts';
import type { OpenState } from './open-state.ts';
import { shortestRests } from './shortest-rests.ts';

/**
 * The states that an answer can come through on its way to an end, as flat arrays. Whoever follows them never comes
 * to a place that leads nowhere.
 *
 * @param prose as in OutputGrammar
 * @returns null when no end can be reached from `start`
 */
export function packGrammar(
  states: readonly OpenState[],
  start: number,
  prose: boolean,
): OutputGrammar | null {
  const rests = shortestRests(states);
  if (!leadsOn(rests, start)) return null;
  const order = reachable(states, start, rests);
  const numberOf = new Map(order.map((state, i) => [state, i]));
  const edgeStart = [0];
  const callStart = [0];
  const edges: number[] = [];
  const calls: number[] = [];
  const accepting = new Uint8Array(order.length);
  for (const [i, index] of order.entries()) {
    const state = states[index] as OpenState;
    for (const [low, high, to] of edgesOf(state, rests)) edges.push(low, high, numberOf.get(to) ?? 0);
    for (const [rule, back] of callsOf(states, state, rests)) {
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
    rest: Int32Array.from(order, (state) => rests[state] ?? 0),
  };
  const hash = createHash('sha256');
  for (const array of Object.values(arrays)) hash.update(`${array.length}:`).update(array);
  hash.update(`${prose}`);
  return { key: hash.digest('base64url'), ...arrays, start: 0, prose };
}

/** The end of its rule can be reached from the state. */
function leadsOn(rests: Int32Array, state: number): boolean {
  return (rests[state] ?? -1) >= 0;
}

function* edgesOf({ edges }: OpenState, rests: Int32Array): Generator<[number, number, number]> {
  for (let i = 0; i < edges.length; i += 3) {
    const [low = 0, high = 0, to = 0] = edges.slice(i, i + 3);
    if (leadsOn(rests, to)) yield [low, high, to];
  }
}

/** A call whose return does nothing but end its own rule is a jump: the stack need not grow for it. */
function* callsOf(
  states: readonly OpenState[],
  { calls }: OpenState,
  rests: Int32Array,
): Generator<[number, number]> {
  for (let i = 0; i < calls.length; i += 2) {
    const [rule = 0, back = -1] = calls.slice(i, i + 2);
    if (!leadsOn(rests, rule) || (back >= 0 && !leadsOn(rests, back))) continue;
    yield [rule, back >= 0 && endsOnly(states[back] as OpenState) ? -1 : back];
  }
}

function endsOnly({ accepting, edges, calls }: OpenState): boolean {
  return accepting && edges.length === 0 && calls.length === 0;
}

/** From `start`, which comes first. */
function reachable(states: readonly OpenState[], start: number, rests: Int32Array): number[] {
  const seen = new Set([start]);
  for (const index of seen) {
    const state = states[index] as OpenState;
    for (const [, , to] of edgesOf(state, rests)) seen.add(to);
    for (const [rule, back] of callsOf(states, state, rests)) {
      seen.add(rule);
      if (back >= 0) seen.add(back);
    }
  }
  return [...seen];
}
