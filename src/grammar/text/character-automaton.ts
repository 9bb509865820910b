import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import type { WorkMeter } from '../automaton/work-meter.ts';
import { type CodePoints, contains, intersection } from './code-points.ts';
import { stringCharacter } from './string-characters.ts';

export interface CharacterState {
  readonly edges: { readonly set: CodePoints; readonly to: number }[];
  readonly jumps: number[];
  accepting: boolean;
}

/** A set of strings as a nondeterministic automaton over code points. It begins in state 0. */
export class CharacterAutomaton {
  readonly #states: CharacterState[] = [];
  readonly #meter: WorkMeter;
  /** Known to have each character lead to one state. */
  isDeterministic = false;

  constructor(meter: WorkMeter) {
    this.#meter = meter;
    this.state();
  }

  /** To be read only. */
  get states(): readonly CharacterState[] {
    return this.#states;
  }

  state(): number {
    this.#meter.spend(2);
    return this.#states.push({ edges: [], jumps: [], accepting: false }) - 1;
  }

  edge(from: number, set: CodePoints, to: number): void {
    this.#meter.spend(1 + set.length);
    if (set.length > 0) this.#at(from).edges.push({ set, to });
  }

  jump(from: number, to: number): void {
    this.#meter.spend(1);
    this.#at(from).jumps.push(to);
  }

  accept(state: number): void {
    this.#at(state).accepting = true;
  }

  /** Whether `text` is in the set. Takes time in proportion to its length. */
  accepts(text: string): boolean {
    let current = this.closure([0]);
    for (const character of text) {
      const codePoint = character.codePointAt(0) ?? 0;
      const next: number[] = [];
      for (const state of current) {
        for (const { set, to } of this.#at(state).edges) if (contains(set, codePoint)) next.push(to);
      }
      current = this.closure(next);
      if (current.size === 0) return false;
    }
    return [...current].some((state) => this.#at(state).accepting);
  }

  /** Whether there is no string in the set. */
  get empty(): boolean {
    const seen = new Set([0]);
    for (const state of seen) {
      this.#meter.spend(1);
      const { edges, jumps, accepting } = this.#at(state);
      if (accepting) return false;
      for (const { to } of edges) seen.add(to);
      for (const to of jumps) seen.add(to);
    }
    return true;
  }

  /** Strings that are in both sets. */
  intersect(other: CharacterAutomaton): CharacterAutomaton {
    const both = new CharacterAutomaton(this.#meter);
    both.isDeterministic = this.isDeterministic && other.isDeterministic;
    const numbers = new Map<string, number>([['0 0', 0]]);
    const pairs: (readonly [number, number])[] = [[0, 0]];
    const numberOf = (a: number, b: number): number => {
      const key = `${a} ${b}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = both.state();
        numbers.set(key, number);
        pairs.push([a, b]);
      }
      return number;
    };
    for (let i = 0; i < pairs.length; i++) {
      const [a, b] = pairs[i] as readonly [number, number];
      const mine = this.#at(a);
      const theirs = other.#at(b);
      if (mine.accepting && theirs.accepting) both.accept(i);
      for (const to of mine.jumps) both.jump(i, numberOf(to, b));
      for (const to of theirs.jumps) both.jump(i, numberOf(a, to));
      for (const x of mine.edges) {
        for (const y of theirs.edges) {
          const common = intersection(x.set, y.set);
          this.#meter.spend(1);
          if (common.length > 0) both.edge(i, common, numberOf(x.to, y.to));
        }
      }
    }
    return both;
  }

  /** Adds all strings of `other`. */
  include(other: CharacterAutomaton): void {
    this.isDeterministic = false;
    const states = other.#states.map(() => this.state());
    const at = (state: number): number => states[state] ?? 0;
    this.#detachStart();
    this.jump(0, at(0));
    for (const [i, { edges, jumps, accepting }] of other.#states.entries()) {
      for (const { set, to } of edges) this.edge(at(i), set, at(to));
      for (const to of jumps) this.jump(at(i), at(to));
      if (accepting) this.accept(at(i));
    }
  }

  /** The strings as JSON spells them, without the quotes, lead from `from` to `to`. */
  lower(builder: GrammarBuilder, from: number, to: number): void {
    const states = this.#states.map(() => builder.state());
    const at = (state: number): number => states[state] ?? from;
    builder.jump(from, at(0));
    for (const [i, { edges, jumps, accepting }] of this.#states.entries()) {
      for (const edge of edges) stringCharacter(builder, at(i), edge.set, at(edge.to));
      for (const jump of jumps) builder.jump(at(i), at(jump));
      if (accepting) builder.jump(at(i), to);
    }
  }

  /** A state of its own for what begins, so that a loop through the old one does not reach what is added there. */
  #detachStart(): void {
    const { edges, jumps, accepting } = this.#at(0);
    const moved = this.state();
    for (const state of this.#states) {
      for (const [i, { set, to }] of state.edges.entries()) if (to === 0) state.edges[i] = { set, to: moved };
      for (const [i, to] of state.jumps.entries()) if (to === 0) state.jumps[i] = moved;
    }
    this.#at(moved).edges.push(...edges.splice(0));
    this.#at(moved).jumps.push(...jumps.splice(0));
    this.#at(moved).accepting = accepting;
    this.#at(0).accepting = false;
    this.jump(0, moved);
  }

  /** The states that any of `states` comes to without a character, themselves among them. */
  closure(states: readonly number[]): Set<number> {
    const closed = new Set(states);
    for (const state of closed) for (const to of this.#at(state).jumps) closed.add(to);
    this.#meter.spend(closed.size);
    return closed;
  }

  #at(state: number): CharacterState {
    const found = this.#states[state];
    if (found === undefined) throw new RangeError(`There is no state ${state}.`);
    return found;
  }
}
