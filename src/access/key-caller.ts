import {
  type Caller,
  type GenerateRequest,
  type Generation,
  type Permit,
  QueptError,
  type RateLimits,
  type ServedModel,
  toPublicError,
} from '../core/index.ts';
import type { KeyMetrics, Logger } from '../observability/index.ts';
import type { ApiKey } from './api-key.ts';
import { estimateTokens, usedTokens } from './count-tokens.ts';
import { impossibleRefusal, limitRefusal } from './limit-refusal.ts';
import { impossibleClaim } from './limit-rules.ts';
import type { CallUse, GrantedClaim, LimitClaim, LimitStore } from './limit-store.ts';
import { restrictRequest } from './restrict-request.ts';

export interface KeyCallerParts {
  readonly key: ApiKey;
  readonly store: LimitStore;
  readonly metrics: KeyMetrics;
  readonly logger: Logger;
}

/** One call with an API key. */
export class KeyCaller implements Caller {
  readonly owner: string;
  readonly keyId: string;
  readonly #parts: KeyCallerParts;
  #limits: RateLimits | null = null;

  constructor(parts: KeyCallerParts) {
    this.#parts = parts;
    this.owner = parts.key.id;
    this.keyId = parts.key.id;
  }

  get limits(): RateLimits | null {
    return this.#limits;
  }

  async admit(requests: readonly GenerateRequest[], model: ServedModel): Promise<Permit> {
    const { key, store, metrics } = this.#parts;
    try {
      const restricted = requests.map((request) => restrictRequest(request, key, model.ladder));
      const claim = {
        keyId: key.id,
        limits: key.limits,
        tokens: estimateTokens(restricted, model.contextLength),
        generations: restricted.length,
      };
      const granted = await this.#claim(claim, store);
      metrics.keyUsed(key.id);
      return {
        requests: restricted,
        settle: (generations, refusal) => void this.#settle(granted, generations, refusal),
      };
    } catch (thrown) {
      metrics.keyRefused(key.id, toPublicError(thrown).code);
      throw thrown;
    }
  }

  async #claim(claim: LimitClaim, store: LimitStore): Promise<GrantedClaim> {
    const { key } = this.#parts;
    const impossible = impossibleClaim(claim);
    if (impossible !== null) throw impossibleRefusal(impossible, claim);
    const outcome = await store.claim(claim);
    this.#limits = outcome.state;
    if (outcome.granted) return outcome;
    throw limitRefusal(outcome.limit, key, outcome.retryAfterMs);
  }

  async #settle(granted: GrantedClaim, generations: readonly Generation[], refusal: unknown): Promise<void> {
    const { key, metrics, logger } = this.#parts;
    try {
      const tokens = usedTokens(
        await Promise.all(
          generations.map(async ({ request, ended }) => ({ prompt: request.prompt, usage: await ended })),
        ),
      );
      metrics.keyTokens(key.id, tokens);
      await granted.settle({ tokens, requests: requestsOf(refusal) });
    } catch (err) {
      logger.error({ err, key: key.id }, 'the use of an API key could not be settled');
    }
  }
}

/** Who is sent away by a server that has no room has not had a request. */
function requestsOf(refusal: unknown): CallUse['requests'] {
  if (refusal === null) return 1;
  return refusal instanceof QueptError && refusal.http < 500 ? 1 : 0;
}
