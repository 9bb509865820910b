import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ServeConfig } from '../../config/index.ts';
import type { Authenticate, InferenceService } from '../../core/index.ts';
import type { Logger, MetricsSource, Tracer } from '../../observability/index.ts';
import {
  createHttpApp,
  createMetricsApp,
  type Dashboard,
  type HttpServerHandle,
} from '../../server/index.ts';
import { listenHttp } from './listen-http.ts';

/** What stands behind every transport. */
export interface Backend {
  readonly service: InferenceService;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  /** Left out: nothing is traced. */
  readonly tracer?: Tracer;
}

interface OpenHttpOptions {
  /** Null where they have a port of their own. */
  readonly metrics: MetricsSource | null;
  /** Null for no page at `/`. */
  readonly dashboard: Dashboard | null;
  /** For connections that speak HTTP/2; absent where none may. */
  readonly onHttp2?: ((socket: Socket) => void) | undefined;
}

/** Starts HTTP. Throws QueptError `invalid_config` naming the address that cannot be listened on. */
export function openHttp(
  config: ServeConfig,
  backend: Backend,
  { metrics, dashboard, onHttp2 }: OpenHttpOptions,
): Promise<HttpServerHandle> {
  const { port, maxBodyBytes, stalledReaderMs, corsOrigins } = config;
  const app = createHttpApp(
    {
      ...backend,
      metrics,
      ...(dashboard !== null && { dashboard }),
      clock: performance,
      epochSeconds: () => Math.floor(Date.now() / 1000),
      createId: () => randomUUID().replaceAll('-', ''),
    },
    { maxBodyBytes, stalledReaderMs, corsOrigins },
  );
  return listenHttp(app, port, config, backend.logger, onHttp2);
}

/** The port of their own that the settings give to metrics; null without one. Throws like `openHttp`. */
export async function openMetrics(
  config: ServeConfig,
  metrics: MetricsSource | null,
  logger: Logger,
): Promise<HttpServerHandle | null> {
  const port = config.metricsPort;
  if (metrics === null || typeof port !== 'number') return null;
  return await listenHttp(createMetricsApp(metrics), port, config, logger);
}
