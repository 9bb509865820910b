import type { MiddlewareHandler } from 'hono';
import type { Authenticate } from '../caller.ts';
import type { HttpEnv } from './http-env.ts';

/** Lets a request pass once it is known whose it is. */
export function authenticated(authenticate: Authenticate): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const authorization = context.req.header('authorization') ?? null;
    context.set('caller', await authenticate({ authorization, clientCertificate: null }));
    await next();
  };
}
