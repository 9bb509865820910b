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
  const send = (name: string): Handler<HttpEnv> => {
    const response = responses.get(name);
    return (context) => (response === undefined ? context.notFound() : response(context));
  };
  return {
    page: send(INDEX_FILE),
    file: (context, next) => {
      const name = context.req.param('file') ?? '';
      return send(name === INDEX_FILE ? '' : name)(context, next);
    },
    data: dataHandler(dashboard, service, clock),
  };
}
