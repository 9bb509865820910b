import { randomUUID } from 'node:crypto';
import { rateLimits } from './limit-rules.ts';
import type {
  CallUse,
  GrantedClaim,
  KeyUsage,
  LimitClaim,
  LimitName,
  LimitStore,
  RefusedClaim,
} from './limit-store.ts';
import { DAY, MINUTE } from './limit-windows.ts';
import { type RedisConnection, type RedisScript, redisScript } from './redis-connection.ts';
import { CLAIM_SCRIPT, RENEW_SCRIPT, SETTLE_SCRIPT, USAGE_SCRIPT } from './redis-scripts.ts';

const SCRIPTS = {
  claim: redisScript(CLAIM_SCRIPT),
  settle: redisScript(SETTLE_SCRIPT),
  renew: redisScript(RENEW_SCRIPT),
  usage: redisScript(USAGE_SCRIPT),
};

/** What a replica holds is forgotten this long after the replica was last heard of. */
const LEASE_MS = 30_000;
const RENEW_EVERY_MS = LEASE_MS / 3;

interface Lease {
  readonly keyId: string;
  readonly generations: number;
}

/** Limits that all replicas share which use the same Redis. */
export class RedisLimitStore implements LimitStore {
  readonly isShared = true;
  readonly #connection: RedisConnection;
  readonly #nowMs: () => number | null;
  readonly #leases = new Map<string, Lease>();
  readonly #renewal: NodeJS.Timeout;

  /** @param nowMs the time; null for Redis's own, which all replicas agree on */
  constructor(connection: RedisConnection, nowMs: () => number | null = () => null) {
    this.#connection = connection;
    this.#nowMs = nowMs;
    this.#renewal = setInterval(() => this.#renew(), RENEW_EVERY_MS);
    this.#renewal.unref();
  }

  async claim(claim: LimitClaim): Promise<GrantedClaim | RefusedClaim> {
    const { keyId, limits, tokens, generations } = claim;
    const lease = randomUUID();
    const most = [
      limits.requestsPerMinute,
      limits.tokensPerMinute,
      limits.tokensPerDay,
      limits.concurrency,
    ].map((limit) => limit ?? -1);
    const reply = await this.#run(SCRIPTS.claim, keyId, [...most, tokens, generations, lease, LEASE_MS]);
    const [broken, retry, requests, requestsMs, used, usedMs, ...slots] = reply as [
      LimitName | '',
      ...number[],
    ];
    const state = rateLimits(
      limits,
      { used: requests ?? 0, emptyInMs: requestsMs ?? 0 },
      { used: used ?? 0, emptyInMs: usedMs ?? 0 },
    );
    if (broken !== '') {
      return { granted: false, limit: broken, state, retryAfterMs: retry === -1 ? null : (retry ?? null) };
    }
    if (generations > 0) this.#leases.set(lease, { keyId, generations });
    const settle = async (use: CallUse): Promise<void> => {
      this.#leases.delete(lease);
      const differences = [use.requests - 1, use.tokens - tokens];
      // Failing leaves what was claimed counted, until it leaves its window.
      await this.#run(SCRIPTS.settle, keyId, [...differences, ...slots, lease, generations]).catch(() => {});
    };
    return { granted: true, state, settle };
  }

  async usage(keyId: string): Promise<KeyUsage> {
    const reply = await this.#run(SCRIPTS.usage, keyId, []);
    const [requestsLastMinute = 0, tokensLastMinute = 0, tokensLastDay = 0, generations = 0] =
      reply as number[];
    return { requestsLastMinute, tokensLastMinute, tokensLastDay, generations };
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    await this.#connection.close();
  }

  #run(script: RedisScript, keyId: string, args: readonly (string | number)[]): Promise<unknown> {
    const windows = [MINUTE.periodMs, MINUTE.slotMs, DAY.periodMs, DAY.slotMs];
    return this.#connection.run(script, redisKeys(keyId), [this.#nowMs() ?? '', ...windows, ...args]);
  }

  #renew(): void {
    const members = new Map<string, string[]>();
    for (const [lease, { keyId, generations }] of this.#leases) {
      const known = members.get(keyId) ?? [];
      for (let i = 1; i <= generations; i++) known.push(`${lease}:${i}`);
      members.set(keyId, known);
    }
    for (const [keyId, alive] of members) {
      this.#run(SCRIPTS.renew, keyId, [LEASE_MS, ...alive]).catch(() => {});
    }
  }
}

/** The braces keep what belongs to one key in one slot of a cluster. */
function redisKeys(keyId: string): string[] {
  return ['requests', 'tokens', 'daily', 'generations'].map((name) => `quept:{${keyId}}:${name}`);
}
