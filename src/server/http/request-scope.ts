import type { MiddlewareHandler } from 'hono';
import { AccessRecord } from '../access-record.ts';
import { requestIdOf } from '../request-id.ts';
import type { HttpAppDependencies } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';

const MAX_LOGGED_PATH = 200;

/** Around every request: its id, its log line, and the headers that all answers have. */
export function requestScope(
  dependencies: Pick<HttpAppDependencies, 'logger' | 'clock' | 'createId'>,
): MiddlewareHandler<HttpEnv> {
  const { logger, clock, createId } = dependencies;
  return async (context, next) => {
    const requestId = requestIdOf(context.req.header('x-request-id'), createId);
    const access = new AccessRecord(logger.child({ request_id: requestId }), clock, {
      method: context.req.method,
      path: context.req.path.slice(0, MAX_LOGGED_PATH),
    });
    context.set('access', access);
    context.set('requestId', requestId);
    await next();
    context.res.headers.set('x-request-id', requestId);
    context.res.headers.set('openai-processing-ms', String(access.elapsedMs()));
    access.responded(context.res.status);
  };
}
