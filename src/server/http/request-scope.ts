import type { MiddlewareHandler } from 'hono';
import { AccessRecord } from './access-record.ts';
import type { HttpAppDependencies } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';

const VALID_REQUEST_ID = /^[\w.:/=+-]{1,128}$/;
const MAX_LOGGED_PATH = 200;

/** Around every request: its id, its log line, and the headers that all answers have. */
export function requestScope(
  dependencies: Pick<HttpAppDependencies, 'logger' | 'clock' | 'createId'>,
): MiddlewareHandler<HttpEnv> {
  const { logger, clock, createId } = dependencies;
  return async (context, next) => {
    const given = context.req.header('x-request-id');
    const requestId = given !== undefined && VALID_REQUEST_ID.test(given) ? given : `req_${createId()}`;
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
