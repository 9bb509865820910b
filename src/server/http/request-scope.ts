import type { MiddlewareHandler } from 'hono';
import { AccessRecord } from '../access-record.ts';
import { requestIdOf } from '../request-id.ts';
import type { HttpAppDependencies } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';
import { routeOf } from './route-of.ts';

/** Around every request: its id, its log line and span, and the headers that all answers have. */
export function requestScope(
  dependencies: Pick<HttpAppDependencies, 'logger' | 'clock' | 'createId' | 'tracer'>,
): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const { req } = context;
    const requestId = requestIdOf(req.header('x-request-id'), dependencies.createId);
    const { path, isKnown } = routeOf(context);
    const access = new AccessRecord(dependencies, {
      requestId,
      method: req.method,
      path,
      spanName: isKnown ? `${req.method} ${path}` : req.method,
      spanAttributes: {
        'http.request.method': req.method,
        'http.route': isKnown ? path : null,
        'url.path': path,
        'url.scheme': 'http',
      },
      traceparent: req.header('traceparent') ?? null,
      tracestate: req.header('tracestate') ?? null,
    });
    context.set('access', access);
    context.set('requestId', requestId);
    await next();
    context.res.headers.set('x-request-id', requestId);
    context.res.headers.set('openai-processing-ms', String(access.elapsedMs()));
    access.responded(context.res.status);
  };
}
