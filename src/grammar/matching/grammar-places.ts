import type { OutputGrammar } from '../../core/index.ts';
import type { CacheBudget } from './cache-budget.ts';
import type { Frame, Place, Places, Step } from './places.ts';
import { type OpenFrame, Settling } from './settling.ts';

/** Rough memory of places and their row of 256 successors, bytes. */
const ROW_BYTES = 2_400;
const PLACE_BYTES = 80;
/** A schema would have to be made for it to come to so many. */
const MAX_PLACES = 4_096;

interface Edge {
  readonly low: number;
  readonly high: number;
  readonly place: Place;
}

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

  get prose(): boolean {
    return this.#grammar.prose;
  }

  /** Where an answer begins. */
  start(): Places {
    return this.#settle([{ state: this.#grammar.start, frame: null }]);
  }

  /** By byte: where it leads from `from`. */
  row(from: Places): (Places | null)[] {
    if (from.next !== null) return from.next;
    const open = this.#edges(from);
    /** Bytes at which any edge begins or has ended. */
    const cuts = new Set(open.flatMap(({ low, high }) => [low, high + 1]));
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

  /** The way to the shortest ending. Not for where the answer may end. */
  shortest(from: Places): Step {
    if (from.shortest !== null) return from.shortest;
    let byte = Number.POSITIVE_INFINITY;
    const open = this.#edges(from);
    for (const { low, place } of open) {
      if (low < byte && this.#rest([place]) === from.rest - 1) byte = low;
    }
    const targets = open.filter(({ low, high }) => low <= byte && byte <= high);
    const to = from.next?.[byte] ?? this.#settle(targets.map(({ place }) => place));
    from.shortest = { byte, to };
    return from.shortest;
  }

  /** Drops what is kept if that has been asked for; to be called between two tokens. */
  refresh(): void {
    if (this.#generation === this.#budget.generation) return;
    this.#generation = this.#budget.generation;
    for (const places of this.#sets.values()) {
      places.next = null;
      places.shortest = null;
      places.following = null;
    }
    this.#sets.clear();
    this.#frames.clear();
  }

  /** Edges out of all places. */
  #edges({ places }: Places): Edge[] {
    const { edgeStart, edges } = this.#grammar;
    const found: Edge[] = [];
    for (const { state, frame } of places) {
      for (let e = edgeStart[state] as number; e < (edgeStart[state + 1] as number); e++) {
        const low = edges[e * 3] as number;
        const high = edges[e * 3 + 1] as number;
        found.push({ low, high, place: { state: edges[e * 3 + 2] as number, frame } });
      }
    }
    return found;
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
    const all = [...names.values()];
    const rest = final ? 0 : this.#rest(all);
    const settled: Places = {
      places: all,
      final,
      rest,
      next: null,
      shortest: null,
      following: null,
      ending: null,
    };
    this.#sets.set(key, settled);
    this.#budget.take(PLACE_BYTES * (kept.length + 1));
    return settled;
  }

  /** The fewest bytes from one of `places` to the end of the answer. */
  #rest(places: readonly Place[]): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { state, frame } of places) {
      least = Math.min(least, (this.#grammar.rest[state] as number) + (frame?.rest ?? 0));
    }
    return least;
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
      const rest = this.#rest(returns.map(({ back, frame }) => ({ state: back, frame })));
      frame = { id: this.#frameIds++, returns, rest };
      this.#frames.set(key, frame);
      this.#budget.take(PLACE_BYTES * (returns.length + 1));
    }
    open.settled = frame;
    return frame;
  }
}
