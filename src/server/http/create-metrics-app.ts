import { QueptError } from '../../core/index.ts';
import type { MetricsSource } from '../../observability/index.ts';
import { errorResponse } from './error-response.ts';
import type { FetchApp } from './start-http-server.ts';

/** `/metrics` and nothing else, for a port of its own. */
export function createMetricsApp(metrics: MetricsSource): FetchApp {
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/metrics' && ['GET', 'HEAD'].includes(request.method))
        return metricsResponse(metrics);
      return errorResponse(new QueptError('not_found', 'Only GET /metrics is here.'));
    },
  };
}

export async function metricsResponse(metrics: MetricsSource): Promise<Response> {
  return new Response(await metrics.render(), { headers: { 'content-type': metrics.contentType } });
}
