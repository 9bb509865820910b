import type { OutputGrammar } from '../../core/index.ts';
import { findImpasse } from './find-impasse.ts';
import type { OpenState } from './open-state.ts';
import { packGrammar } from './pack-grammar.ts';
import type { WorkMeter } from './work-meter.ts';

/** Units of work for a state; edges and calls cost one. */
const STATE_WORK = 4;

/** Texts that lead from one state to another: adds what is needed between the two. */
export type Language = (builder: GrammarBuilder, from: number, to: number) => void;

/**
 * Collects the states of an automaton with a stack. A rule is known by its first state and ends in accepting ones;
 * `call` runs one rule within another.
 */
export class GrammarBuilder {
  readonly meter: WorkMeter;
  readonly #states: OpenState[] = [];
  readonly #shared = new Map<string, number>();
  readonly #places = new Map<number, string>();
  #numbers = 0;
  #prose = false;

  constructor(meter: WorkMeter) {
    this.meter = meter;
  }

  /** A number that was not given before, for names of shared rules. */
  number(): number {
    return this.#numbers++;
  }

  state(): number {
    this.meter.spend(STATE_WORK);
    return this.#states.push({ edges: [], calls: [], accepting: false }) - 1;
  }

  /** One byte out of [low, high] leads from `from` to `to`. */
  byte(from: number, low: number, high: number, to: number): void {
    this.meter.spend(1);
    this.#at(from).edges.push(low, high, to);
  }

  /** `to` may be reached without any byte. */
  jump(from: number, to: number): void {
    this.meter.spend(1);
    this.#at(from).calls.push(to, -1);
  }

  /** A text of the rule that begins in `rule` leads from `from` to `to`. */
  call(from: number, rule: number, to: number): void {
    this.meter.spend(1);
    this.#at(from).calls.push(rule, to);
  }

  accept(state: number): void {
    this.#at(state).accepting = true;
  }

  /** The UTF-8 bytes of `text` lead from `from` to the state that is returned. */
  text(from: number, text: string): number {
    return this.bytes(from, Buffer.from(text));
  }

  bytes(from: number, bytes: Uint8Array): number {
    let state = from;
    for (const byte of bytes) {
      const next = this.state();
      this.byte(state, byte, byte, next);
      state = next;
    }
    return state;
  }

  /** Answers may be prose. */
  admitProse(): void {
    this.#prose = true;
  }

  /** A rule of its own. */
  rule(language: Language): number {
    const start = this.state();
    const end = this.state();
    this.accept(end);
    language(this, start, end);
    return start;
  }

  /** The rule of this name; made when it is first asked for, and may call itself by the same name. */
  shared(name: string, language: Language): number {
    const known = this.#shared.get(name);
    if (known !== undefined) return known;
    const start = this.state();
    const end = this.state();
    this.#shared.set(name, start);
    this.accept(end);
    language(this, start, end);
    return start;
  }

  /** Says which part of what was asked for the rule `rule` is. */
  place(rule: number, place: string): void {
    this.#places.set(rule, place);
  }

  /** Where the rule `start`, which has no text at all, comes to nothing; null where that was not said. */
  impasse(start: number): string | null {
    return findImpasse(this.#states, start, this.#places);
  }

  /** The grammar of the rule `start`; null where it has no text at all. */
  build(start: number): OutputGrammar | null {
    return packGrammar(this.#states, start, this.#prose);
  }

  #at(state: number): OpenState {
    const found = this.#states[state];
    if (found === undefined) throw new RangeError(`There is no state ${state}.`);
    return found;
  }
}
