import { randomUUID } from 'node:crypto';
import type { ServeConfig } from '../../config/index.ts';
import type { ServerStatus } from '../../core/index.ts';
import type { LeveledLogger } from '../../observability/index.ts';
import { createAdminApp, type HttpServerHandle } from '../../server/index.ts';
import { listenHttp } from './listen-http.ts';
import type { ServeAccess } from './serve-access.ts';

/** The port that the settings give to operators; null without one. Throws like `openHttp`. */
export async function openAdmin(
  config: ServeConfig,
  { authenticate, keys }: ServeAccess,
  status: () => ServerStatus,
  logger: LeveledLogger,
): Promise<HttpServerHandle | null> {
  if (config.adminPort === null) return null;
  const createId = (): string => randomUUID().replaceAll('-', '');
  const app = createAdminApp({ authenticate, logger, keys, status, clock: performance, createId });
  return await listenHttp(app, config.adminPort, config, logger);
}
