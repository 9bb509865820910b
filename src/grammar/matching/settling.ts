import type { OutputGrammar } from '../../core/index.ts';
import type { Frame, Place } from './places.ts';

/** A frame while its rule may still be called from elsewhere at the same place of the text. */
export interface OpenFrame {
  readonly calls: number;
  readonly returns: { readonly back: number; readonly frame: OpenFrame | Frame | null }[];
  /** The rule has a way to end without any byte. */
  ended: boolean;
  settled: Frame | null;
}

interface OpenPlace {
  readonly state: number;
  readonly frame: OpenFrame | Frame | null;
}

/**
 * Follows jumps, calls and ends of rules from some places until only bytes lead on. All calls of a rule at one place of
 * the text share a frame: so alternatives that begin alike, nested in each other, stay as few as the rules are.
 */
export class Settling {
  /** Places from which bytes lead on. */
  readonly found: OpenPlace[] = [];
  /** The answer may end here. */
  final = false;
  readonly #grammar: OutputGrammar;
  readonly #frames = new Map<number, OpenFrame>();
  /** By frame, states that have been seen. */
  readonly #seen = new Map<OpenFrame | Frame | null, Set<number>>();
  readonly #work: OpenPlace[];

  constructor(grammar: OutputGrammar, places: readonly Place[]) {
    this.#grammar = grammar;
    this.#work = [...places];
    for (let place = this.#work.pop(); place !== undefined; place = this.#work.pop()) this.#visit(place);
  }

  #visit(place: OpenPlace): void {
    const { state, frame } = place;
    const seen = this.#seen.get(frame) ?? new Set();
    if (seen.has(state)) return;
    this.#seen.set(frame, seen.add(state));
    const { edgeStart, callStart, calls, accepting } = this.#grammar;
    if ((edgeStart[state + 1] as number) > (edgeStart[state] as number)) this.found.push(place);
    for (let c = callStart[state] as number; c < (callStart[state + 1] as number); c++) {
      const rule = calls[c * 2] as number;
      const back = calls[c * 2 + 1] as number;
      this.#work.push({ state: rule, frame: back < 0 ? frame : this.#call(rule, back, frame) });
    }
    if (accepting[state] === 1) this.#end(frame);
  }

  #call(rule: number, back: number, frame: OpenFrame | Frame | null): OpenFrame {
    let open = this.#frames.get(rule);
    if (open === undefined) {
      open = { calls: rule, returns: [], ended: false, settled: null };
      this.#frames.set(rule, open);
    }
    if (open.returns.some((known) => known.back === back && known.frame === frame)) return open;
    open.returns.push({ back, frame });
    if (open.ended) this.#work.push({ state: back, frame });
    return open;
  }

  #end(frame: OpenFrame | Frame | null): void {
    if (frame === null) {
      this.final = true;
      return;
    }
    if ('calls' in frame) frame.ended = true;
    for (const { back, frame: outer } of frame.returns) this.#work.push({ state: back, frame: outer });
  }
}
