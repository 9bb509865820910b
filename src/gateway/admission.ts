import type { ServiceTier } from '../core/index.ts';
import { DrainRate } from './drain-rate.ts';
import { Overloaded } from './refusal.ts';

export interface AdmissionLimits {
  /** Requests that can run at once. */
  readonly slots: number;
  /** Requests that may wait beyond those. */
  readonly maxWaiting: number;
  /** Tokens of work, prompts and what may be generated, of all requests together. */
  readonly maxWorkTokens: number;
  /** Share of the waiting room that each tier may fill, (0, 1]. */
  readonly shares: Readonly<Record<ServiceTier, number>>;
}

/** A place in the server. */
export interface Place {
  /**
   * Reserves the work of the request, once its prompt is known. Throws QueptError `overloaded` when there is too
   * much of it; a request that is alone always has room.
   */
  claim(tokens: number): void;
  /** Gives back work that turned out not to be needed; to be called while the place is held. */
  lessen(tokens: number): void;
  /** Gives place and work back; may be called more than once. */
  release(): void;
}

const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** What is told before any request has ended. */
const FIRST_RETRY_MS = 1_000;
const RATE_TIME_CONSTANT_MS = 30_000;

/**
 * Decides on the main thread whether one more request fits. Every request in this server passes through here
 * and holds its place until its terminal event, so the count of places is the load, exact at any moment: a
 * refusal needs neither a message to the engine nor the end of a step.
 *
 * Whoever is refused is told when there will be room: places become free at the rate at which requests ended
 * lately, and each refusal is promised the next one of them, so that those who come back do not come at once.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  readonly #held: Record<ServiceTier, number> = { priority: 0, default: 0, flex: 0 };
  readonly #endedRequests = new DrainRate(RATE_TIME_CONSTANT_MS);
  readonly #endedTokens = new DrainRate(RATE_TIME_CONSTANT_MS);
  #workTokens = 0;
  #promisedUntilMs = 0;
  #onEmpty: (() => void)[] = [];

  constructor(limits: AdmissionLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Places taken: requests running, waiting, being tokenized. */
  get held(): number {
    return this.#held.priority + this.#held.default + this.#held.flex;
  }

  /** Tokens of work that are reserved. */
  get workTokens(): number {
    return this.#workTokens;
  }

  /** Throws QueptError `overloaded`, with a time to wait, when there is no room for a request of the tier. */
  reserve(tier: ServiceTier): Place {
    const { slots, maxWaiting, shares } = this.#limits;
    if (this.held >= slots + maxWaiting) {
      const reason = 'The server is at its limit of waiting requests.';
      throw new Overloaded('waiting_requests', reason, this.#retryAfterMs());
    }
    if (this.#held[tier] >= slots + Math.floor(shares[tier] * maxWaiting)) {
      const reason = `The server is at its limit of waiting requests of the tier '${tier}'.`;
      throw new Overloaded('tier_share', reason, this.#retryAfterMs());
    }
    this.#held[tier]++;
    let claimed = 0;
    let released = false;
    return {
      claim: (tokens) => {
        this.#requireRoom(tokens);
        claimed += tokens;
        this.#workTokens += tokens;
      },
      lessen: (tokens) => {
        const spared = released ? 0 : Math.min(tokens, claimed);
        claimed -= spared;
        this.#drop(spared);
      },
      release: () => {
        if (released) return;
        released = true;
        this.#giveBack(tier, claimed);
      },
    };
  }

  /** Resolves when no place is taken, or after `graceMs`. */
  empty(graceMs: number): Promise<void> {
    if (this.held === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onEmpty.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #requireRoom(tokens: number): void {
    const excess = this.#workTokens + tokens - this.#limits.maxWorkTokens;
    if (excess <= 0 || this.#workTokens === 0) return;
    const rate = this.#endedTokens.perMs(this.#now());
    const retryAfterMs = clampRetry(rate === null ? FIRST_RETRY_MS : excess / rate);
    throw new Overloaded('work_tokens', 'The server is at its limit of tokens to process.', retryAfterMs);
  }

  #giveBack(tier: ServiceTier, tokens: number): void {
    this.#endedRequests.add(1, this.#now());
    this.#drop(tokens);
    this.#held[tier]--;
    if (this.held > 0) return;
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const callback of waiting) callback();
  }

  #drop(tokens: number): void {
    this.#endedTokens.add(tokens, this.#now());
    this.#workTokens -= tokens;
  }

  /** The next place that nobody has been promised yet. */
  #retryAfterMs(): number {
    const now = this.#now();
    const rate = this.#endedRequests.perMs(now);
    const perPlaceMs = rate === null ? FIRST_RETRY_MS : 1 / rate;
    this.#promisedUntilMs = Math.min(
      Math.max(now, this.#promisedUntilMs) + perPlaceMs,
      now + LONGEST_RETRY_MS,
    );
    return clampRetry(this.#promisedUntilMs - now);
  }
}

function clampRetry(ms: number): number {
  return Math.round(Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, ms)));
}
