import { type Handler, Hono } from 'hono';
import { QueptError } from '../../core/index.ts';
import { ladderJson, modelJson, openApiDocument, resolveModel } from '../../protocol/index.ts';
import { reportFailure } from '../report-failure.ts';
import { apiProtection, authenticated } from './authenticated.ts';
import { metricsResponse } from './create-metrics-app.ts';
import { crossOrigin } from './cross-origin.ts';
import { pagePaths } from './dashboard/dashboard.ts';
import { dashboardHandlers } from './dashboard/dashboard-handlers.ts';
import { decisionsHandler } from './decisions-handler.ts';
import { errorResponse } from './error-response.ts';
import { generateHandler } from './generate-handler.ts';
import {
  DEFAULT_HTTP_APP_OPTIONS,
  type HttpAppDependencies,
  type HttpAppOptions,
} from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';
import { CHAT_OPERATION, COMPLETION_OPERATION, RESPONSE_OPERATION } from './operation.ts';
import { requestScope } from './request-scope.ts';
import { detokenizeHandler, tokenizeHandler } from './tokenize-handlers.ts';

type HttpMethod = 'GET' | 'POST';

/** The HTTP API on web-standard requests and responses: no socket, timer or thread of its own until called. */
export function createHttpApp(
  dependencies: HttpAppDependencies,
  overrides: Partial<HttpAppOptions> = {},
): Hono<HttpEnv> {
  const options = { ...DEFAULT_HTTP_APP_OPTIONS, ...overrides };
  const { service, metrics } = dependencies;
  const app = new Hono<HttpEnv>();
  app.use(requestScope(dependencies));
  if (options.corsOrigins.length > 0) app.use(crossOrigin(options.corsOrigins));
  app.use(authenticated(dependencies.authenticate, apiProtection(pagePaths(dependencies.dashboard))));

  const route = (method: HttpMethod, path: string, handler: Handler<HttpEnv>): void => {
    app.on(method, path, handler);
    app.all(path, (context) => methodNotAllowed(method, context.req.method));
  };
  route('POST', '/v1/chat/completions', generateHandler(CHAT_OPERATION, dependencies, options));
  route('POST', '/v1/completions', generateHandler(COMPLETION_OPERATION, dependencies, options));
  route('POST', '/v1/responses', generateHandler(RESPONSE_OPERATION, dependencies, options));
  route('POST', '/tokenize', tokenizeHandler(service, options));
  route('POST', '/detokenize', detokenizeHandler(service, options));
  route('GET', '/v1/models', (context) =>
    context.json({ object: 'list', data: [modelJson(service.model, service.model.id)] }),
  );
  // Model names may hold slashes.
  route('GET', '/v1/models/:model{.+}', (context) =>
    context.json(modelJson(service.model, resolveModel(service.model, context.req.param('model') ?? '').id)),
  );
  route('GET', '/v1/precision', (context) =>
    context.json({ object: 'list', model: service.model.id, data: ladderJson(service.model.ladder) }),
  );
  route('GET', '/v1/requests/:id{.+}/decisions', decisionsHandler(service));
  if (metrics !== null) route('GET', '/metrics', () => metricsResponse(metrics));
  route('GET', '/health/live', (context) => context.json({ status: 'live' }));
  route('GET', '/health/ready', (context) => {
    const { ready, reason } = service.readiness();
    return ready ? context.json({ status: 'ready' }) : context.json({ status: 'not_ready', reason }, 503);
  });

  if (dependencies.dashboard !== undefined) {
    const { data, page, file } = dashboardHandlers(dependencies.dashboard, service, dependencies.clock);
    route('GET', '/dashboard/data', data);
    route('GET', '/', page);
    // Files have a dot in their names, so that no route of another meaning looks like one.
    route('GET', '/dashboard/:file{.+[.].+}', file);
  }

  let document: string | null = null;
  route('GET', '/openapi.json', (context) => {
    document ??= JSON.stringify(openApiDocument());
    return context.body(document, 200, { 'content-type': 'application/json' });
  });

  app.notFound((context) => {
    const error = new QueptError('not_found', `There is nothing at ${context.req.path.slice(0, 100)}.`);
    return errorResponse(reportFailure(error, false, context.get('access')));
  });
  app.onError((thrown, context) =>
    errorResponse(reportFailure(thrown, context.req.raw.signal.aborted, context.get('access'))),
  );
  return app;
}

function methodNotAllowed(allowed: HttpMethod, method: string): Response {
  const error = new QueptError(
    'method_not_allowed',
    `${method.slice(0, 20)} is not allowed here. Use ${allowed}.`,
  );
  const response = errorResponse(error);
  response.headers.set('allow', allowed === 'GET' ? 'GET, HEAD' : allowed);
  return response;
}
