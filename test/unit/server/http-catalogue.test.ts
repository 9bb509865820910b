import { describe, expect, it } from 'vitest';
import { scriptedApp } from '../../support/http-test-app.ts';

const CHAT = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [{ role: 'user', content: 'the secret question' }] };

describe('the catalogue', () => {
  it('lists the model and finds it by all its names', async () => {
    const { app } = scriptedApp();
    const model = {
      id: 'tiny',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'quept',
      context_length: 256,
    };
    expect(await (await app.request('/v1/models')).json()).toEqual({ object: 'list', data: [model] });
    for (const name of ['tiny', 'default']) {
      expect(await (await app.request(`/v1/models/${name}`)).json()).toEqual(model);
    }
    for (const name of ['tiny@q4', 'default@q4', 'tiny%40q4']) {
      expect(await (await app.request(`/v1/models/${name}`)).json()).toEqual({ ...model, id: 'tiny@q4' });
    }
    for (const name of ['other', 'tiny@q5', 'org/tiny']) {
      const response = await app.request(`/v1/models/${name}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
    }
  });

  it('shows the ladder', async () => {
    const { app } = scriptedApp();
    const body = (await (await app.request('/v1/precision')).json()) as { data: object[] };
    expect(body).toMatchObject({ object: 'list', model: 'tiny' });
    expect(body.data).toHaveLength(3);
    expect(body.data[1]).toEqual({
      id: 'q4',
      object: 'precision_config',
      average_bits: 4,
      planes: { min: 4, max: 5, mean: 13 / 3 },
      ranks: { min: 0, max: 16, mean: 8 },
      predicted_kl: 0.125,
      ms_per_token: 4,
    });
  });

  it('tells life from readiness', async () => {
    const { app, service } = scriptedApp();
    expect(await (await app.request('/health/live')).json()).toEqual({ status: 'live' });
    expect(await (await app.request('/health/ready')).json()).toEqual({ status: 'ready' });
    service.state = { ready: false, reason: 'draining' };
    const response = await app.request('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not_ready', reason: 'draining' });
  });
});

describe('the log', () => {
  it('has one line per request, with figures and without text', async () => {
    const { post, log } = scriptedApp();
    await (await post(CHAT, chat)).text();
    await (await post(CHAT, { ...chat, stream: true })).text();
    const common = {
      level: 'info',
      msg: 'request',
      method: 'POST',
      path: CHAT,
      status: 200,
      prompt_tokens: 3,
      completion_tokens: 2,
      average_bits: 8,
      precision: 'q2..q8',
    };
    expect(log).toHaveLength(2);
    expect(log[0]).toMatchObject({ ...common, request_id: 'req_id1', stream: false });
    expect(log[1]).toMatchObject({ ...common, stream: true, outcome: 'complete' });
    expect(JSON.stringify(log)).not.toMatch(/secret|Hello|Hel/);
  });

  it('keeps probes quiet', async () => {
    const { app, log } = scriptedApp();
    await app.request('/health/ready');
    expect(log).toMatchObject([{ level: 'debug' }]);
  });
});
