import { describe, expect, it } from 'vitest';
import { openCaller } from '../../../src/access/index.ts';
import { type Credentials, QueptError } from '../../../src/core/index.ts';
import { FakeInferenceService } from '../../support/fake-inference-service.ts';
import { httpTestApp } from '../../support/http-test-app.ts';

const CHAT = '/v1/chat/completions';

function guardedApp() {
  const service = new FakeInferenceService(() => ({ tokens: ['a'] }));
  const asked: Credentials[] = [];
  const { app } = httpTestApp(service, {}, null, async (credentials) => {
    asked.push(credentials);
    if (credentials.authorization === null) throw new QueptError('invalid_api_key', 'A key is needed.');
    return openCaller(credentials.authorization);
  });
  return { app, service, asked };
}

describe('whose a request is', () => {
  it('[G5] is asked before the body is read, and owns the request and its decisions', async () => {
    const { app, service, asked } = guardedApp();
    const headers = { 'content-type': 'application/json', authorization: 'Bearer one', 'x-request-id': 'r' };
    const body = JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'a' }] });
    expect((await app.request(CHAT, { method: 'POST', headers, body })).status).toBe(200);
    expect(service.received[0]?.owner).toBe('Bearer one');
    expect(asked).toEqual([{ authorization: 'Bearer one', clientCertificate: null }]);
    service.kept.set('Bearer one r', [
      { id: 'x', tier: 'default', ttftMs: 900, tpotMs: 40, decisions: [], omitted: 0 },
    ]);
    const decisions = (authorization: string) =>
      app.request('/v1/requests/r/decisions', { headers: { authorization } });
    expect((await decisions('Bearer one')).status).toBe(200);
    expect((await decisions('Bearer two')).status).toBe(404);
  });

  it.each([
    ['POST', CHAT, 401],
    ['POST', '/v1/completions', 401],
    ['GET', '/v1/models', 401],
    ['GET', '/v1/precision', 401],
    ['GET', '/v1/requests/r/decisions', 401],
    ['GET', '/health/live', 200],
    ['GET', '/health/ready', 200],
  ])('[G5] is asked at %s %s or not: %d', async (method, path, status) => {
    const { app, service } = guardedApp();
    const response = await app.request(path, { method, ...(method === 'POST' && { body: 'not read' }) });
    expect(response.status).toBe(status);
    if (status === 401) expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    expect(service.received).toEqual([]);
  });
});
