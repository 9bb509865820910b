import type { WorkMeter } from '../automaton/work-meter.ts';
import { CharacterAutomaton } from './character-automaton.ts';
import { type CodePoints, codePoints, contains, elementaryRanges } from './code-points.ts';

/** The same strings, so that each character leads to one state. Throws QueptError when `meter` is spent. */
export function deterministicAutomaton(strings: CharacterAutomaton, meter: WorkMeter): CharacterAutomaton {
  return strings.isDeterministic ? strings : subsetAutomaton(strings, meter, (accepting) => accepting);
}

/** All strings but those of `strings`. Throws QueptError when `meter` is spent. */
export function complementAutomaton(strings: CharacterAutomaton, meter: WorkMeter): CharacterAutomaton {
  return subsetAutomaton(strings, meter, (accepting) => !accepting);
}

/**
 * An automaton whose states are the sets of states that one text may lead to.
 *
 * @param accepts whether a set is to accept, given whether any state in it does
 */
function subsetAutomaton(
  strings: CharacterAutomaton,
  meter: WorkMeter,
  accepts: (accepting: boolean) => boolean,
): CharacterAutomaton {
  const made = new CharacterAutomaton(meter);
  made.isDeterministic = true;
  const subsets = new Subsets(strings, (subset, accepting) => {
    if (subset > 0) made.state();
    if (accepts(accepting)) made.accept(subset);
  });
  subsets.numberOf([0]);
  const { pieces, piecesOf } = alphabetOf(strings, meter);
  for (let i = 0; i < subsets.count; i++) {
    const targets: number[][] = pieces.map(() => []);
    for (const state of subsets.statesOf(i)) {
      for (const { set, to } of strings.states[state]?.edges ?? []) {
        const within = piecesOf.get(set) ?? [];
        meter.spend(within.length);
        for (const piece of within) targets[piece]?.push(to);
      }
    }
    const byTarget = new Map<number, (readonly [number, number])[]>();
    for (const [piece, states] of targets.entries()) {
      if (states.length === 0 && !accepts(false)) continue;
      const target = subsets.numberOf(states);
      const ranges = byTarget.get(target) ?? [];
      byTarget.set(target, ranges);
      ranges.push(pieces[piece] as readonly [number, number]);
    }
    for (const [target, ranges] of byTarget) made.edge(i, codePoints(ranges), target);
  }
  return made;
}

/** Sets of states by number, in the order in which they were first asked for. */
class Subsets {
  readonly #strings: CharacterAutomaton;
  readonly #onNew: (subset: number, accepting: boolean) => void;
  readonly #numbers = new Map<string, number>();
  readonly #closures: ReadonlySet<number>[] = [];

  constructor(strings: CharacterAutomaton, onNew: (subset: number, accepting: boolean) => void) {
    this.#strings = strings;
    this.#onNew = onNew;
  }

  get count(): number {
    return this.#closures.length;
  }

  statesOf(subset: number): ReadonlySet<number> {
    return this.#closures[subset] ?? new Set();
  }

  /** Of `states` and all that they come to without a character. */
  numberOf(states: readonly number[]): number {
    const closed = this.#strings.closure(states);
    const key = [...closed].sort((a, b) => a - b).join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#closures.push(closed) - 1;
    this.#numbers.set(key, number);
    this.#onNew(
      number,
      [...closed].some((state) => this.#strings.states[state]?.accepting === true),
    );
    return number;
  }
}

/** All code points in pieces that no edge tells apart, and the pieces of each edge's set. */
function alphabetOf(
  { states }: CharacterAutomaton,
  meter: WorkMeter,
): { readonly pieces: CodePoints; readonly piecesOf: ReadonlyMap<CodePoints, readonly number[]> } {
  const sets = new Set(states.flatMap(({ edges }) => edges.map(({ set }) => set)));
  const pieces = elementaryRanges([...sets]);
  meter.spend(pieces.length * sets.size);
  const piecesOf = new Map(
    [...sets].map((set) => [set, pieces.flatMap(([low], i) => (contains(set, low) ? [i] : []))]),
  );
  return { pieces, piecesOf };
}
