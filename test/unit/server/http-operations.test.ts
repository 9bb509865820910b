import { describe, expect, it } from 'vitest';
import { NO_OWNER } from '../../../src/core/index.ts';
import { createMetricsApp } from '../../../src/server/index.ts';
import { FakeInferenceService } from '../../support/fake-inference-service.ts';
import { httpTestApp, scriptedApp } from '../../support/http-test-app.ts';

const source = { contentType: 'text/plain; version=0.0.4', render: async () => 'up 1\n' };

describe('decisions on a request', () => {
  it('are told by the id of its answer, whatever characters that has', async () => {
    const { app, service } = scriptedApp();
    const decision = {
      action: 'decode' as const,
      admitted: false,
      rung: 1,
      fromMs: 1.23456,
      untilMs: 20,
      steps: 3,
      tokens: 3,
      reason: 'load',
    };
    const wait = { ...decision, action: 'wait' as const, rung: null, tokens: 0, reason: null };
    for (const id of ['req_1', 'a/b:c=d']) {
      service.kept.set(`${NO_OWNER} ${id}`, [
        {
          id: 'chatcmpl-1',
          tier: 'flex',
          ttftMs: 250.0004,
          tpotMs: Number.POSITIVE_INFINITY,
          decisions: [wait, decision],
          omitted: 2,
        },
      ]);
      for (const path of [id, encodeURIComponent(id)]) {
        const response = await app.request(`/v1/requests/${path}/decisions`);
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({
          object: 'list',
          request_id: id,
          data: [
            {
              id: 'chatcmpl-1',
              object: 'request.decisions',
              service_tier: 'flex',
              omitted: 2,
              targets: { ttft_ms: 250, tpot_ms: null },
              decisions: [
                expect.objectContaining({ action: 'wait', precision: null, reason: null }),
                {
                  action: 'decode',
                  admitted: false,
                  precision: 'q4',
                  from_ms: 1.235,
                  until_ms: 20,
                  steps: 3,
                  tokens: 3,
                  reason: 'load',
                },
              ],
            },
          ],
        });
      }
    }
  });

  it('of a request that is unknown or no longer kept are a 404 in the usual words', async () => {
    const { app } = scriptedApp();
    const response = await app.request('/v1/requests/req_gone/decisions');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'not_found',
        type: 'invalid_request_error',
        message: expect.stringContaining('--decision-log'),
      },
    });
    expect((await app.request('/v1/requests/req_1/decisions', { method: 'POST' })).status).toBe(405);
  });

  it('are looked up by what requests carry: the id of their call and one owner', async () => {
    const { service, post } = scriptedApp();
    const headers = { 'x-request-id': 'mine' };
    const response = await post('/v1/completions', { model: 'tiny', prompt: ['a', 'b'] }, { headers });
    expect(response.headers.get('x-request-id')).toBe('mine');
    expect(service.received.map(({ callId, owner }) => [callId, owner])).toEqual([
      ['mine', NO_OWNER],
      ['mine', NO_OWNER],
    ]);
    // What a client says of itself buys no share of its own.
    await post('/v1/completions', { model: 'tiny', prompt: 'a', user: 'someone else' });
    expect(service.received.at(-1)?.owner).toBe(NO_OWNER);
  });
});

describe('/metrics', () => {
  it('is on the main port unless it has one of its own', async () => {
    const service = new FakeInferenceService(() => ({ tokens: [] }));
    const { app, log } = httpTestApp(service, {}, source);
    const response = await app.request('/metrics');
    expect(response.headers.get('content-type')).toBe(source.contentType);
    expect(await response.text()).toBe('up 1\n');
    expect((await app.request('/metrics', { method: 'POST' })).status).toBe(405);
    expect(log[0]).toMatchObject({ level: 'debug', path: '/metrics' });
    expect((await httpTestApp(service).app.request('/metrics')).status).toBe(404);
  });

  it('is all that its own port has', async () => {
    const app = createMetricsApp(source);
    const at = async (path: string, method = 'GET') =>
      app.fetch(new Request(`http://localhost${path}`, { method }), {});
    expect(await (await at('/metrics')).text()).toBe('up 1\n');
    expect((await at('/metrics', 'HEAD')).status).toBe(200);
    expect((await at('/v1/models')).status).toBe(404);
    expect((await at('/metrics', 'POST')).status).toBe(404);
  });
});
