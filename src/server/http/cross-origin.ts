import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { HttpEnv } from './http-env.ts';

/** What a page may read of an answer beside its body. */
const EXPOSED_HEADERS = [
  'x-request-id',
  'x-precision',
  'openai-processing-ms',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  ...['limit', 'remaining', 'reset'].flatMap((what) => [
    `x-ratelimit-${what}-requests`,
    `x-ratelimit-${what}-tokens`,
  ]),
];

const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of other origins call. Never with cookies: a key in a header is what counts here, and a page has to know
 * it. Any request header may be sent, since client libraries add their own.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<HttpEnv> {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
}
