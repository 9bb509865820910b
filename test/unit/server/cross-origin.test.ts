import { describe, expect, it } from 'vitest';
import { keyedApp } from '../../support/keyed-app.ts';

const ORIGIN = 'https://app.example';
const PREFLIGHT = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-stainless-lang',
  },
};

const rig = (corsOrigins: readonly string[]) => keyedApp({ a: {} }, { tokens: ['a'] }, { corsOrigins });

describe('pages of other origins', () => {
  it('are told nothing by default', async () => {
    const { app, chat } = await rig([]);
    expect((await app.request('/v1/chat/completions', PREFLIGHT)).status).toBe(401);
    expect((await chat('a')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may call where they are named, with any header and without a key for the preflight', async () => {
    const { app } = await rig([ORIGIN, 'https://other.example']);
    const preflight = await app.request('/v1/chat/completions', PREFLIGHT);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,x-stainless-lang',
    );
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('read answers and refusals, and headers that matter to them', async () => {
    const { app, as } = await rig([ORIGIN]);
    for (const [headers, status] of [
      [{ origin: ORIGIN, ...as('a') }, 200],
      [{ origin: ORIGIN }, 401],
    ] as const) {
      const answer = await app.request('/v1/models', { headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-ratelimit-remaining-tokens');
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });

  it('are refused by their browser where they are not named', async () => {
    const { app, as } = await rig([ORIGIN]);
    const headers = { origin: 'https://evil.example', ...as('a') };
    expect(
      (await app.request('/v1/models', { headers })).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });

  it('may all call with *', async () => {
    const { app } = await rig(['*']);
    expect((await app.request('/v1/models', PREFLIGHT)).headers.get('access-control-allow-origin')).toBe('*');
  });
});
