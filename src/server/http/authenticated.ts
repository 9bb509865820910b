import type { MiddlewareHandler } from 'hono';
import type { Authenticate, KeyScope } from '../../core/index.ts';
import { rateLimitHeaders } from '../../protocol/index.ts';
import type { HttpEnv } from './http-env.ts';

interface Protection {
  /** Paths that answer without a key: all else needs one, routes that are added later too. */
  readonly openPaths: ReadonlySet<string>;
  readonly scopeOf: (path: string) => KeyScope;
}

/** Of the server's main port; `pagePaths` are those of the dashboard's files, which anyone may read who can find them here. */
export function apiProtection(pagePaths: readonly string[]): Protection {
  return {
    openPaths: new Set(['/health/live', '/health/ready', '/openapi.json', '/', ...pagePaths]),
    scopeOf: (path) => (path === '/metrics' ? 'metrics' : 'inference'),
  };
}

/** Lets a request pass once it is known whose it is, and tells its caller what is left of its limits. */
export function authenticated(
  authenticate: Authenticate,
  { openPaths, scopeOf }: Protection,
): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const { path } = context.req;
    if (openPaths.has(path)) return await next();
    const authorization = context.req.header('authorization') ?? null;
    const caller = await authenticate({ authorization, clientCertificate: null }, scopeOf(path));
    context.set('caller', caller);
    if (caller.keyId !== null) context.get('access').add({ key: caller.keyId });
    await next();
    for (const [name, value] of Object.entries(rateLimitHeaders(caller.limits))) {
      context.res.headers.set(name, value);
    }
  };
}
