import type { OutputGrammar } from '../../core/index.ts';
import type { CacheBudget } from './cache-budget.ts';
import type { Frame, Place, Places } from './places.ts';
import { type OpenFrame, Settling } from './settling.ts';

/** Rough memory of places and their row of 256 successors, bytes. */
const ROW_BYTES = 2_400;
const PLACE_BYTES = 80;
/** A schema would have to be made for it to come to so many. */
const MAX_PLACES = 4_096;

/**
 * The places of one grammar, each set of them held once. Not all can be held, since there are as many as there are
 * ways to nest: `refresh` drops them, and what is in use is found again.
 */
export class GrammarPlaces {
  readonly #grammar: OutputGrammar;
  readonly #budget: CacheBudget;
  readonly #sets = new Map<string, Places>();
  readonly #frames = new Map<string, Frame>();
  #frameIds = 0;
  #generation: number;

  constructor(grammar: OutputGrammar, budget: CacheBudget) {
    this.#grammar = grammar;
    this.#budget = budget;
    this.#generation = budget.generation;
  }

  /** Where an answer begins. */
  start(): Places {
    return this.#settle([{ state: this.#grammar.start, frame: null }]);
  }

  /** By byte: where it leads from `from`. */
  row(from: Places): (Places | null)[] {
    if (from.next !== null) return from.next;
    const { edgeStart, edges } = this.#grammar;
    /** Edges out of all places, and the bytes at which any begins or has ended. */
    const open: { readonly low: number; readonly high: number; readonly place: Place }[] = [];
    const cuts = new Set<number>();
    for (const { state, frame } of from.places) {
      for (let e = edgeStart[state] as number; e < (edgeStart[state + 1] as number); e++) {
        const low = edges[e * 3] as number;
        const high = edges[e * 3 + 1] as number;
        open.push({ low, high, place: { state: edges[e * 3 + 2] as number, frame } });
        cuts.add(low);
        cuts.add(high + 1);
      }
    }
    const row: (Places | null)[] = new Array(256).fill(null);
    const sorted = [...cuts].sort((a, b) => a - b);
    for (const [i, low] of sorted.entries()) {
      const targets = open.filter((edge) => edge.low <= low && low <= edge.high).map(({ place }) => place);
      if (targets.length > 0) row.fill(this.#settle(targets), low, sorted[i + 1]);
    }
    from.next = row;
    this.#budget.take(ROW_BYTES);
    return row;
  }

  /** Drops what is kept if that has been asked for; to be called between two tokens. */
  refresh(): void {
    if (this.#generation === this.#budget.generation) return;
    this.#generation = this.#budget.generation;
    for (const places of this.#sets.values()) {
      places.next = null;
      places.allowed = null;
    }
    this.#sets.clear();
    this.#frames.clear();
  }

  /** The set of places that `places` come to without any byte, those alone from which bytes lead on. */
  #settle(places: readonly Place[]): Places {
    const { found, final } = new Settling(this.#grammar, places);
    if (found.length > MAX_PLACES) throw new Error('An answer may be at too many places of its grammar.');
    const kept = found.map(({ state, frame }) => ({ state, frame: frame && this.#frame(frame) }));
    const names = new Map(kept.map((place) => [`${place.state} ${place.frame?.id ?? ''}`, place]));
    const key = `${final} ${[...names.keys()].sort().join(',')}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const settled: Places = { places: [...names.values()], final, next: null, allowed: null };
    this.#sets.set(key, settled);
    this.#budget.take(PLACE_BYTES * (kept.length + 1));
    return settled;
  }

  /** The one frame that returns to the same. */
  #frame(open: OpenFrame | Frame): Frame {
    if (!('calls' in open)) return open;
    if (open.settled !== null) return open.settled;
    const returns = open.returns.map(({ back, frame }) => ({ back, frame: frame && this.#frame(frame) }));
    const key = returns
      .map(({ back, frame }) => `${back} ${frame?.id ?? ''}`)
      .sort()
      .join(',');
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = { id: this.#frameIds++, returns };
      this.#frames.set(key, frame);
      this.#budget.take(PLACE_BYTES * (returns.length + 1));
    }
    open.settled = frame;
    return frame;
  }
}
