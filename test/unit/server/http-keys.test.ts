import { describe, expect, it } from 'vitest';
import { createSecret } from '../../../src/access/index.ts';
import { withKey } from '../../support/api-key.ts';
import { errorOf, keyedApp } from '../../support/keyed-app.ts';

describe('an API with keys', () => {
  it.each([
    ['GET', '/v1/models'],
    ['GET', '/v1/precision'],
    ['GET', '/v1/requests/x/decisions'],
    ['POST', '/v1/chat/completions'],
    ['DELETE', '/v1/models'],
    ['GET', '/metrics'],
    ['POST', '/tokenize'],
    ['GET', '/v1/nothing'],
    ['GET', '/anything/else'],
    ['GET', '/health/other'],
  ])('[U1] answers %s %s with 401 without a key', async (method, path) => {
    const { app, service } = await keyedApp({ a: {} });
    const response = await app.request(path, { method });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(await errorOf(response)).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
      param: null,
      message: expect.stringContaining('authorization: Bearer'),
    });
    expect(service.received).toHaveLength(0);
  });

  it('answers health to anyone', async () => {
    const { app } = await keyedApp({ a: {} });
    for (const path of ['/health/live', '/health/ready']) expect((await app.request(path)).status).toBe(200);
    expect((await app.request('/openapi.json')).status).not.toBe(401);
  });

  it.each([
    ['another key', () => withKey(createSecret())],
    ['no scheme', (secret: string) => ({ authorization: secret })],
    ['another scheme', (secret: string) => ({ authorization: `Basic ${secret}` })],
    ['a key and more', (secret: string) => withKey(`${secret} ${secret}`)],
    ['a key that is cut short', (secret: string) => withKey(secret.slice(0, -1))],
    ['nothing', () => ({ authorization: 'Bearer ' })],
    ['a very long key', () => withKey('x'.repeat(10_000))],
  ])('[U1] refuses %s', async (_, headers) => {
    const { app, secretOf } = await keyedApp({ a: {} });
    const response = await app.request('/v1/models', { headers: headers(secretOf('a')) });
    expect(await errorOf(response)).toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  it.each([
    ['expired', { expires: '2026-06-01T00:00:00Z' }, 'expired'],
    ['disabled', { disabled: true }, 'not valid'],
  ])('[U1] refuses a key that is %s', async (_, fields, text) => {
    const { chat } = await keyedApp({ a: fields });
    expect(await errorOf(await chat('a'))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      message: expect.stringContaining(text),
    });
  });

  it('takes a key before it expires, whatever the case of the scheme', async () => {
    const { app, secretOf } = await keyedApp({ a: { expires: '2026-06-01T00:00:01Z' } });
    const headers = { authorization: `bearer ${secretOf('a')}` };
    expect((await app.request('/v1/models', { headers })).status).toBe(200);
  });

  it('keeps metrics for keys with that scope, and the model for those with the other', async () => {
    const { app, as } = await keyedApp({ user: {}, watcher: { scopes: ['metrics'] } });
    const status = async (path: string, id: string) => (await app.request(path, { headers: as(id) })).status;
    expect(await status('/metrics', 'watcher')).toBe(200);
    expect(await status('/v1/models', 'user')).toBe(200);
    const refused = await app.request('/metrics', { headers: as('user') });
    expect(await errorOf(refused)).toMatchObject({ status: 403, code: 'permission_denied' });
    expect(await status('/v1/models', 'watcher')).toBe(403);
  });

  it("makes the key's id the owner, its name in the log and in metrics", async () => {
    const { chat, service, log, metrics, app, as } = await keyedApp({ mine: {}, other: {} });
    await (await chat('mine')).text();
    expect(service.received[0]?.owner).toBe('mine');
    expect(log.at(-1)).toMatchObject({ key: 'mine', status: 200 });
    const text = await metrics.render();
    expect(text).toContain('quept_key_requests_total{key="mine"} 1');
    service.kept.set('mine call', [
      { id: 'chatcmpl-1', tier: 'default', ttftMs: 1, tpotMs: 1, decisions: [], omitted: 0 },
    ]);
    const found = (id: string) => app.request('/v1/requests/call/decisions', { headers: as(id) });
    expect([(await found('mine')).status, (await found('other')).status]).toEqual([200, 404]);
  });

  it('[U4] tells no key or hash in logs, metrics and answers', async () => {
    const { chat, app, as, metrics, log, made } = await keyedApp({
      a: { requestsPerMinute: 1 },
      b: { disabled: true },
    });
    const answers = [
      await chat('a'),
      await chat('a'),
      await chat('b'),
      await app.request('/metrics', { headers: as('a') }),
    ];
    const half = withKey(`${made[0]?.secret.slice(0, 20)} `);
    answers.push(await app.request('/v1/models', { headers: half }));
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 401, 403, 401]);
    const headers = answers.flatMap((answer) => [...answer.headers]).flat();
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    const everything = [...headers, ...bodies, JSON.stringify(log), await metrics.render()].join('\n');
    for (const { secret, entry } of made) {
      expect(everything).not.toContain(secret.slice(0, 20));
      expect(everything).not.toContain(entry.hash.slice(7, 27));
    }
  });
});

describe('what a key may have', () => {
  it('[U3] is served in its tiers alone, in its own one where none is named', async () => {
    const { chat, service } = await keyedApp({ low: { tiers: ['flex', 'default'], defaultTier: 'flex' } });
    const answer = await chat('low');
    expect(await answer.json()).toMatchObject({ service_tier: 'flex' });
    await (await chat('low', { service_tier: 'default' })).text();
    await (await chat('low', { service_tier: 'auto' })).text();
    expect(service.received.map((request) => request.service.tier)).toEqual(['flex', 'default', 'flex']);
    expect(await errorOf(await chat('low', { service_tier: 'priority' }))).toMatchObject({
      status: 403,
      code: 'permission_denied',
      param: 'service_tier',
      message: expect.stringContaining('flex, default'),
    });
    expect(service.received).toHaveLength(3);
  });

  it.each([
    [{}, 'q4..q8'],
    [{ precision: 'auto' }, 'q4..q8'],
    [{ precision: 'q2..q4' }, 'q4'],
    [{ precision: { max_bits: 7 } }, 'q4'],
    [{ precision: 8 }, 'q8'],
    [{ model: 'tiny@q4' }, 'q4'],
  ])('[U3] cuts %j to its bits', async (fields, granted) => {
    const { chat } = await keyedApp({ a: { minBits: 3 } });
    const answer = await chat('a', fields);
    expect([answer.status, answer.headers.get('x-precision')]).toEqual([200, granted]);
  });

  it.each([
    [{ minBits: 3 }, { precision: 2 }, 'precision'],
    [{ minBits: 3 }, { model: 'tiny@q2' }, 'model'],
    [{ minBits: 3 }, { precision: 'q2..q2' }, 'precision'],
    [{ maxBits: 4 }, { precision: 'q8' }, 'precision'],
    [{ minBits: 5, maxBits: 7 }, {}, 'precision'],
  ])('[U3] refuses with %j what asks for %j', async (fields, asked, param) => {
    const { chat, service } = await keyedApp({ a: fields });
    expect(await errorOf(await chat('a', asked))).toMatchObject({
      status: 403,
      code: 'permission_denied',
      param,
    });
    expect(service.received).toHaveLength(0);
  });

  it('is no answer to a precision that does not exist', async () => {
    const { chat } = await keyedApp({ a: { minBits: 3 } });
    expect(await errorOf(await chat('a', { precision: 'q3' }))).toMatchObject({
      status: 400,
      param: 'precision',
    });
  });
});
