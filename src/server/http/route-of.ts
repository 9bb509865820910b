import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';

interface Route {
  /** The pattern of a known path, `/v1/models/:model`; else what may be told of an unknown one. */
  readonly path: string;
  readonly isKnown: boolean;
}

/** Words of paths that are worth reading in a log when a client looks in the wrong place; anything else may be a secret. */
const TELLING_WORDS = new Set(
  'v1 v1beta api openai chat completions completion responses models embeddings precision requests decisions tokenize detokenize metrics health healthz live ready readyz openapi.json admin keys reload status log-level generate dashboard data favicon.ico robots.txt'.split(
    ' ',
  ),
);
const MOST_SEGMENTS = 8;

/** The route that a request takes, without anything that its client made up. */
export function routeOf(context: Context): Route {
  const pattern = matchedRoutes(context).findLast(({ path }) => !path.includes('*'))?.path;
  if (pattern !== undefined) return { path: pattern.replace(/\{[^}]*\}/g, ''), isKnown: true };
  const segments = context.req.path.split('/').slice(1, MOST_SEGMENTS + 1);
  const told = segments.map((segment) => (segment === '' || TELLING_WORDS.has(segment) ? segment : '*'));
  return { path: `/${told.join('/')}`, isKnown: false };
}
