import type { Clock } from '../core/index.ts';
import type { KeyMetrics, Logger } from '../observability/index.ts';
import { AccessControl } from './access-control.ts';
import { FallbackLimitStore } from './fallback-limit-store.ts';
import { KeyStore } from './key-store.ts';
import type { LimitStore } from './limit-store.ts';
import { MemoryLimitStore } from './memory-limit-store.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisLimitStore } from './redis-limit-store.ts';

export interface AccessOptions {
  /** The keys file; null for none. */
  readonly keysPath: string | null;
  /** Entries that come with the settings; null for none. */
  readonly keyEntries: unknown;
  /** Counts limits together with all replicas that name the same; null counts them here. */
  readonly redisUrl: string | null;
  readonly metrics: KeyMetrics;
  readonly logger: Logger;
  /** Durations. */
  readonly clock: Clock;
  /** Milliseconds since the epoch, for expiry. */
  readonly epochMs: () => number;
}

/** A changed keys file holds within about this time. */
const WATCH_MS = 1_000;
/** Much longer than Redis takes, and short beside what an answer takes. */
const REDIS_TIMEOUT_MS = 1_000;

/** Reads the keys and watches their file. Rejects with QueptError `invalid_config` that lists every fault of the keys. */
export async function createAccessControl(options: AccessOptions): Promise<AccessControl> {
  const { keysPath, keyEntries, metrics, logger, epochMs } = options;
  const keys = new KeyStore({ path: keysPath, entries: keyEntries, logger });
  const store = await limitStore(options);
  keys.watch(WATCH_MS);
  return new AccessControl({ keys, store, metrics, logger, epochMs });
}

async function limitStore({ redisUrl, metrics, logger, clock }: AccessOptions): Promise<LimitStore> {
  const local = new MemoryLimitStore(clock);
  if (redisUrl === null) return local;
  const connection = await RedisConnection.open(redisUrl, REDIS_TIMEOUT_MS);
  logger.info({ address: connection.address }, 'limits of API keys are shared through Redis');
  return new FallbackLimitStore({
    shared: new RedisLimitStore(connection),
    local,
    clock,
    logger,
    onState: (shared) => metrics.limitsShared(shared),
  });
}
