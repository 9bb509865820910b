import { type AccessControl, createAccessControl, openAccess } from '../../access/index.ts';
import type { ServeConfig } from '../../config/index.ts';
import type { Authenticate } from '../../core/index.ts';
import type { KeyMetrics, Logger } from '../../observability/index.ts';

/** Who may use the server, as the settings have it. */
export interface ServeAccess {
  readonly authenticate: Authenticate;
  /** Null where there are no keys. */
  readonly keys: AccessControl | null;
  close(): Promise<void>;
}

/** Rejects with QueptError `invalid_config` that lists every fault of the keys, or names a wrong Redis URL. */
export async function openServeAccess(
  config: ServeConfig,
  metrics: KeyMetrics,
  logger: Logger,
): Promise<ServeAccess> {
  const { keys: keysPath, keyEntries, redisUrl } = config;
  if (keysPath === null && keyEntries === null) {
    return { authenticate: openAccess, keys: null, close: async () => {} };
  }
  const keys = await createAccessControl({
    keysPath,
    keyEntries,
    redisUrl,
    metrics,
    logger,
    clock: performance,
    epochMs: Date.now,
  });
  return { authenticate: keys.authenticate, keys, close: () => keys.close() };
}
