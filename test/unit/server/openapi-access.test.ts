import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/protocol/index.ts';
import { keyedApp } from '../../support/keyed-app.ts';

interface Operation {
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

const { paths } = openApiDocument() as {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** The least that an operation can be asked. */
const BODIES: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'a' }] },
  '/v1/completions': { prompt: 'a' },
  '/v1/responses': { input: 'a' },
  '/tokenize': { prompt: 'a' },
  '/detokenize': { tokens: [65] },
};

const rateLimits = (names: Iterable<string>): string[] =>
  [...names].filter((name) => name.startsWith('x-ratelimit-')).sort();

describe('[H2] the document says of every operation', () => {
  it.each(operations)('[U1] whether it needs a key: $method $path', async ({ path, method, operation }) => {
    const { app } = await keyedApp({ a: {} });
    const { status } = await app.request(path.replace('{file}', 'page.js').replaceAll(/\{\w+\}/g, 'x'), {
      method,
    });
    expect(status === 401).toBe(operation.security.some((way) => 'key' in way));
  });

  it.each(operations.filter(({ method }) => method === 'POST'))(
    '[U2] what it tells of limits, which hold for all of them: $path',
    async ({ path, operation }) => {
      const { app, as } = await keyedApp({ a: { requestsPerMinute: 1, tokensPerMinute: 1_000 } });
      const ask = () =>
        app.request(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...as('a') },
          body: JSON.stringify({ model: 'tiny', ...BODIES[path] }),
        });
      const answer = await ask();
      expect(answer.status).toBe(200);
      const told = rateLimits(answer.headers.keys());
      expect(told).toHaveLength(6);
      expect(told).toEqual(rateLimits(Object.keys(operation.responses[200]?.headers ?? {})));
      expect(answer.headers.get('x-ratelimit-remaining-requests')).toBe('0');
      expect((await ask()).status).toBe(429);
    },
  );
});
