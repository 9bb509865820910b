import {
  type Authenticate,
  type Caller,
  type KeyAdministration,
  type KeyScope,
  type KeyStatus,
  QueptError,
} from '../core/index.ts';
import type { KeyMetrics, Logger } from '../observability/index.ts';
import type { ApiKey } from './api-key.ts';
import { bearerSecret } from './bearer-secret.ts';
import { KeyCaller } from './key-caller.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyUsage, LimitStore } from './limit-store.ts';

export interface AccessControlParts {
  readonly keys: KeyStore;
  readonly store: LimitStore;
  readonly metrics: KeyMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly epochMs: () => number;
}

/** Nothing of what was sent is repeated: it may be half a key. */
const NEEDS_KEY = "This server needs an API key. Send it as 'authorization: Bearer <key>'.";

const SCOPE_USES: Readonly<Record<KeyScope, string>> = {
  inference: 'for requests to the model',
  metrics: "for metrics; it needs 'metrics' in its scopes",
  admin: "for administration; it needs 'admin' in its scopes",
};

/** Who may use the server, and how much: one service behind every transport. */
export class AccessControl implements KeyAdministration {
  readonly #parts: AccessControlParts;

  constructor(parts: AccessControlParts) {
    this.#parts = parts;
  }

  /** As `Authenticate` says. A certificate does not take a key's place. */
  readonly authenticate: Authenticate = async ({ authorization }, scope = 'inference'): Promise<Caller> => {
    const { store, metrics, logger } = this.#parts;
    const key = this.#keyIn(authorization, scope);
    return new KeyCaller({ key, store, metrics, logger });
  };

  async statuses(): Promise<KeyStatus[]> {
    const { keys, store } = this.#parts;
    return await Promise.all(
      keys.ring.keys.map(async (key) => statusOf(key, this.#isExpired(key), await store.usage(key.id))),
    );
  }

  reload(): { readonly changed: boolean; readonly keys: number } {
    const { keys } = this.#parts;
    const changed = keys.reload();
    return { changed, keys: keys.ring.keys.length };
  }

  get limitsShared(): boolean {
    return this.#parts.store.isShared;
  }

  async close(): Promise<void> {
    this.#parts.keys.close();
    await this.#parts.store.close();
  }

  #keyIn(authorization: string | null, scope: KeyScope): ApiKey {
    const { keys, metrics } = this.#parts;
    const secret = bearerSecret(authorization);
    if (secret === null) {
      metrics.keyRejected('missing');
      throw new QueptError('invalid_api_key', NEEDS_KEY);
    }
    const key = keys.ring.find(secret);
    if (key === null || key.disabled) {
      metrics.keyRejected('unknown');
      throw new QueptError('invalid_api_key', 'This API key is not valid here.');
    }
    if (this.#isExpired(key)) {
      metrics.keyRejected('expired');
      throw new QueptError('invalid_api_key', 'This API key has expired.');
    }
    if (!key.scopes.has(scope)) {
      throw new QueptError('permission_denied', `This API key is not ${SCOPE_USES[scope]}.`);
    }
    return key;
  }

  #isExpired({ expiresAtMs }: ApiKey): boolean {
    return expiresAtMs !== null && this.#parts.epochMs() >= expiresAtMs;
  }
}

function statusOf(key: ApiKey, expired: boolean, usage: KeyUsage): KeyStatus {
  const { id, name, expiresAtMs, defaultTier, minBits, maxBits, limits } = key;
  const state = key.disabled ? 'disabled' : 'active';
  return {
    id,
    name,
    state: expired ? 'expired' : state,
    expiresAtMs,
    scopes: [...key.scopes],
    tiers: [...key.tiers],
    defaultTier,
    minBits,
    maxBits,
    requestsPerMinute: { limit: limits.requestsPerMinute, used: usage.requestsLastMinute },
    tokensPerMinute: { limit: limits.tokensPerMinute, used: usage.tokensLastMinute },
    tokensPerDay: { limit: limits.tokensPerDay, used: usage.tokensLastDay },
    concurrency: { limit: limits.concurrency, used: usage.generations },
  };
}
