import type { OpenState } from './open-state.ts';

/**
 * States from which the end of their rule can be reached: accepting ones, those with an edge or a jump to such a
 * state, and those with a call where both the rule and what follows it are such.
 *
 * @returns uint8 [states], 1 for those
 */
export function productiveStates(states: readonly OpenState[]): Uint8Array {
  const productive = new Uint8Array(states.length);
  /** Who has to be looked at again when a state turns out to be productive. */
  const dependents: number[][] = states.map(() => []);
  for (const [i, { edges, calls }] of states.entries()) {
    for (let e = 2; e < edges.length; e += 3) dependents[edges[e] as number]?.push(i);
    for (const target of calls) if (target >= 0) dependents[target]?.push(i);
  }
  const isProductive = ({ edges, calls, accepting }: OpenState): boolean => {
    if (accepting) return true;
    for (let e = 2; e < edges.length; e += 3) if (productive[edges[e] as number] === 1) return true;
    for (let c = 0; c < calls.length; c += 2) {
      const back = calls[c + 1] as number;
      if (productive[calls[c] as number] === 1 && (back < 0 || productive[back] === 1)) return true;
    }
    return false;
  };
  const work = states.flatMap(({ accepting }, i) => (accepting ? [i] : []));
  for (const i of work) productive[i] = 1;
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    for (const i of dependents[next] ?? []) {
      if (productive[i] === 1 || !isProductive(states[i] as OpenState)) continue;
      productive[i] = 1;
      work.push(i);
    }
  }
  return productive;
}
