import type { Socket } from 'node:net';
import type { ServeConfig } from '../../config/index.ts';
import type { Logger } from '../../observability/index.ts';
import { type FetchApp, type HttpServerHandle, startHttpServer } from '../../server/index.ts';
import { connectionLimit } from './connection-limit.ts';

/** Serves `app` on a port, with the timeouts of the settings. Throws QueptError `invalid_config` naming the address. */
export function listenHttp(
  app: FetchApp,
  port: number,
  config: ServeConfig,
  logger: Logger,
  onHttp2?: (socket: Socket) => void,
): Promise<HttpServerHandle> {
  const { host, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs } = config;
  return startHttpServer(app, {
    host,
    port,
    logger,
    headersTimeoutMs,
    requestTimeoutMs,
    keepAliveTimeoutMs,
    maxConnections: connectionLimit(config),
    ...(onHttp2 !== undefined && { onHttp2 }),
  });
}
