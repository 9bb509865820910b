import type { Clock } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import type { GrantedClaim, KeyUsage, LimitClaim, LimitStore, RefusedClaim } from './limit-store.ts';

export interface FallbackOptions {
  readonly shared: LimitStore;
  /** Takes over while `shared` cannot be reached. */
  readonly local: LimitStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of every change, and of the first state that is known. */
  readonly onState: (shared: boolean) => void;
}

/** How long nobody waits again for a store that has just failed. */
const PAUSE_MS = 5_000;

/**
 * Limits by the shared store, and by this process alone while that is away: clients are served on, and each replica
 * still keeps every key to its limits, so all of them together grant at most as many times the limit as there are
 * replicas. Refusing everyone would make the limiter the least reliable part of the server; letting everyone through
 * would make its failure an attack worth trying.
 */
export class FallbackLimitStore implements LimitStore {
  readonly #options: FallbackOptions;
  #shared: boolean | null = null;
  #tryAgainAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FallbackOptions) {
    this.#options = options;
  }

  /** Whether the shared store answered last; true before it was asked. */
  get isShared(): boolean {
    return this.#shared !== false;
  }

  claim(claim: LimitClaim): Promise<GrantedClaim | RefusedClaim> {
    return this.#ask((store) => store.claim(claim));
  }

  usage(keyId: string): Promise<KeyUsage> {
    return this.#ask((store) => store.usage(keyId));
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.shared.close(), this.#options.local.close()]);
  }

  async #ask<Answer>(question: (store: LimitStore) => Promise<Answer>): Promise<Answer> {
    const { shared, local, clock } = this.#options;
    if (clock.now() < this.#tryAgainAtMs) return await question(local);
    try {
      const answer = await question(shared);
      this.#become(true);
      return answer;
    } catch (error) {
      this.#tryAgainAtMs = clock.now() + PAUSE_MS;
      this.#become(false, error);
      return await question(local);
    }
  }

  #become(shared: boolean, error?: unknown): void {
    if (this.#shared === shared) return;
    const returned = this.#shared === false;
    this.#shared = shared;
    const { logger, onState } = this.#options;
    onState(shared);
    if (!shared) {
      const reason = error instanceof Error ? error.message : 'unknown';
      logger.error(
        { reason },
        'Redis cannot be reached: limits of API keys are counted by this process alone',
      );
    } else if (returned) {
      logger.info({}, 'Redis is back: limits of API keys are shared again');
    }
  }
}
