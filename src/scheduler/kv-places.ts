import type { ModelRunner } from '../core/index.ts';
import { KvContent, type RungSpan } from './kv-content.ts';

/** Between whom prompt prefixes are shared: nobody, requests of one owner, or everyone. */
export type PrefixSharing = 'off' | 'owner' | 'shared';

export interface PrefixCacheOptions {
  readonly sharing: PrefixSharing;
  /** Shorter prefixes are computed: what all prompts begin with is not worth a look. */
  readonly leastTokens?: number;
}

/** What is looked for. */
export interface PrefixWish {
  readonly owner: string;
  readonly tokens: Int32Array;
  /** Positions that may be reused at most. */
  readonly most: number;
  /** Rungs that the keys and values may come from. */
  readonly rungs: RungSpan;
}

interface Place {
  readonly slot: number;
  owner: string;
  /** False: kept for whoever can use what it holds, until the place is needed. */
  held: boolean;
  readonly content: KvContent;
  /** So many positions are proven: logits that rest on all of them were sampled from, so they hold numbers. */
  proven: number;
  /** Counts uses: the lowest goes first. */
  usedAt: number;
}

interface Match {
  readonly place: Place;
  readonly tokens: number;
}

const LEAST_TOKENS = 16;
/** A kept row is taken over, and what it holds beyond the prefix lost, when that is no more than this part of it. */
const SMALL_TAIL = 1 / 8;

/**
 * The runner's slots, and what they hold. The row of a request that has ended is kept, as long as nobody else needs
 * its place; a request whose prompt begins as a row does, kept or in use, takes that row over or copies the beginning
 * instead of computing it. Kept rows count as free: they are given up, least recently used first, rather than have a
 * request wait.
 *
 * Only positions that logits rest on which could be sampled from are used, so a request that makes the model fail
 * infects no other.
 */
export class KvPlaces {
  readonly #runner: ModelRunner;
  readonly #sharing: PrefixSharing;
  readonly #leastTokens: number;
  readonly #places = new Map<number, Place>();
  #uses = 0;

  constructor(runner: ModelRunner, { sharing, leastTokens = LEAST_TOKENS }: PrefixCacheOptions) {
    this.#runner = runner;
    this.#sharing = sharing;
    this.#leastTokens = Math.max(1, leastTokens);
  }

  /** Positions that rows of ended requests hold. */
  get keptTokens(): number {
    return this.#kept().reduce((sum, { content }) => sum + content.length, 0);
  }

  /** How much of a prompt would be found now. */
  expected(wish: PrefixWish): number {
    return this.#longest(wish, null)?.tokens ?? 0;
  }

  /** A slot that holds the first `reused` tokens of the wish; null when all are held. */
  acquire(wish: PrefixWish): { readonly slot: number; readonly reused: number } | null {
    const match = this.#longest(wish, null);
    if (match !== null && !match.place.held && this.#takesOver(match)) return this.#takeOver(match, wish);
    const slot = this.#freeSlot(match?.place ?? null);
    if (slot === null) return null;
    this.#places.set(slot, this.#place(slot, wish.owner));
    return { slot, reused: match === null ? 0 : this.#copy(match, slot) };
  }

  /** What an empty slot that is held can have by now; it holds the first of that many tokens then. */
  fill(slot: number, wish: PrefixWish): number {
    const match = this.#longest(wish, slot);
    return match === null ? 0 : this.#copy(match, slot);
  }

  /**
   * Commits what was run in `slot` at `rung`.
   *
   * @param proven logits of the last token were sampled from
   */
  commit(slot: number, tokens: Int32Array, rung: number, proven: boolean): void {
    this.#runner.commit(slot, tokens.length);
    const place = this.#mustHold(slot);
    place.content.append(tokens, rung);
    if (proven) place.proven = place.content.length;
  }

  /** @param sound nothing is known against what the slot holds */
  release(slot: number, sound: boolean): void {
    const place = this.#mustHold(slot);
    if (sound && place.proven >= this.#leastTokens && this.#sharing !== 'off') {
      this.#cut(place, place.proven);
      place.held = false;
      place.usedAt = this.#uses++;
      return;
    }
    this.#places.delete(slot);
    this.#runner.releaseSlot(slot);
  }

  #longest({ owner, tokens, most, rungs }: PrefixWish, except: number | null): Match | null {
    if (this.#sharing === 'off') return null;
    let best: Match | null = null;
    for (const place of this.#places.values()) {
      if (place.slot === except) continue;
      if (this.#sharing === 'owner' && place.owner !== owner) continue;
      const end = Math.min(most, place.proven);
      const found = place.content.shared(tokens, rungs, end, best?.tokens ?? this.#leastTokens - 1);
      if (found > 0) best = { place, tokens: found };
    }
    return best;
  }

  /** Whether less is lost, by cutting off what the kept row holds beyond the match, than by giving up another. */
  #takesOver({ place, tokens }: Match): boolean {
    const tail = place.content.length - tokens;
    if (tail <= SMALL_TAIL * tokens) return true;
    if (this.#places.size < this.#runner.shape.slots) return false;
    const other = this.#oldest(place);
    return other === null || tail <= other.content.length;
  }

  #takeOver({ place, tokens }: Match, { owner }: PrefixWish): { slot: number; reused: number } {
    this.#cut(place, tokens);
    place.held = true;
    place.owner = owner;
    return { slot: place.slot, reused: tokens };
  }

  #cut(place: Place, tokens: number): void {
    if (tokens < place.content.length) this.#runner.truncate(place.slot, tokens);
    place.content.truncate(tokens);
    place.proven = tokens;
  }

  #copy({ place, tokens }: Match, slot: number): number {
    const target = this.#mustHold(slot);
    this.#runner.copyPrefix(place.slot, slot, tokens);
    target.content.copy(place.content, tokens);
    target.proven = tokens;
    place.usedAt = this.#uses++;
    return tokens;
  }

  /** A slot that the runner has free, else that of the oldest kept row but `spared`. */
  #freeSlot(spared: Place | null): number | null {
    const free = this.#runner.acquireSlot();
    if (free !== null) return free;
    const victim = this.#oldest(spared);
    if (victim === null) return null;
    this.#places.delete(victim.slot);
    this.#runner.releaseSlot(victim.slot);
    return this.#runner.acquireSlot();
  }

  #oldest(spared: Place | null): Place | null {
    let oldest: Place | null = null;
    for (const place of this.#kept()) {
      if (place !== spared && (oldest === null || place.usedAt < oldest.usedAt)) oldest = place;
    }
    return oldest;
  }

  #kept(): Place[] {
    return [...this.#places.values()].filter(({ held }) => !held);
  }

  #place(slot: number, owner: string): Place {
    return { slot, owner, held: true, content: new KvContent(), proven: 0, usedAt: this.#uses++ };
  }

  #mustHold(slot: number): Place {
    const place = this.#places.get(slot);
    if (place?.held !== true) throw new Error(`Slot ${slot} is not held.`);
    return place;
  }
}
