import type { Handler } from 'hono';
import type { Clock, InferenceService } from '../../../core/index.ts';
import type { HttpEnv } from '../http-env.ts';
import { type Dashboard, INDEX_FILE } from './dashboard.ts';
import { dataHandler } from './data-handler.ts';
import { pageResponse } from './page-response.ts';

interface DashboardHandlers {
  /** `/` */
  readonly page: Handler<HttpEnv>;
  /** `/dashboard/:file` */
  readonly file: Handler<HttpEnv>;
  /** `/dashboard/data` */
  readonly data: Handler<HttpEnv>;
}

export function dashboardHandlers(
  dashboard: Dashboard,
  service: InferenceService,
  clock: Clock,
): DashboardHandlers {
  const responses = new Map([...dashboard.files].map(([name, file]) => [name, pageResponse(file)]));
  const page = responses.get(INDEX_FILE);
  // It stands at `/` only.
  responses.delete(INDEX_FILE);
  return {
    page: (context) => page?.(context) ?? context.notFound(),
    file: (context) => responses.get(context.req.param('file') ?? '')?.(context) ?? context.notFound(),
    data: dataHandler(dashboard, service, clock),
  };
}
