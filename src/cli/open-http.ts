import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ServeConfig } from '../config/index.ts';
import type { InferenceService } from '../core/index.ts';
import type { Logger, MetricsSource } from '../observability/index.ts';
import {
  type Authenticate,
  createHttpApp,
  createMetricsApp,
  type FetchApp,
  type HttpServerHandle,
  startHttpServer,
} from '../server/index.ts';

import { connectionLimit } from './connection-limit.ts';

/** What stands behind every transport. */
export interface Backend {
  readonly service: InferenceService;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
}

interface OpenHttpOptions {
  /** Null where they have a port of their own. */
  readonly metrics: MetricsSource | null;
  /** For connections that speak HTTP/2; absent where none may. */
  readonly onHttp2?: ((socket: Socket) => void) | undefined;
}

/** Starts HTTP. Throws QueptError `invalid_config` naming the address that cannot be listened on. */
export function openHttp(
  config: ServeConfig,
  backend: Backend,
  { metrics, onHttp2 }: OpenHttpOptions,
): Promise<HttpServerHandle> {
  const { port, maxBodyBytes, stalledReaderMs } = config;
  const app = createHttpApp(
    {
      ...backend,
      metrics,
      clock: performance,
      epochSeconds: () => Math.floor(Date.now() / 1000),
      createId: () => randomUUID().replaceAll('-', ''),
    },
    { maxBodyBytes, stalledReaderMs },
  );
  return listen(app, port, config, backend.logger, onHttp2);
}

/** The port of their own that the settings give to metrics; null without one. Throws like `openHttp`. */
export async function openMetrics(
  config: ServeConfig,
  metrics: MetricsSource,
  logger: Logger,
): Promise<HttpServerHandle | null> {
  const port = config.metricsPort;
  return port === null ? null : await listen(createMetricsApp(metrics), port, config, logger);
}

function listen(
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
