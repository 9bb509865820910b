import { describe, expect, it } from 'vitest';
import type { ServerStatus } from '../../../src/core/index.ts';
import { createAdminApp } from '../../../src/server/index.ts';
import { errorOf, keyedApp } from '../../support/keyed-app.ts';

const IDLE: ServerStatus = { ready: true, reason: null, draining: false, inFlight: 0, running: 0 };

async function rig(status: ServerStatus = IDLE) {
  const keyed = await keyedApp({
    ops: { scopes: ['admin'] },
    user: { requestsPerMinute: 5, name: 'a user', expires: '2026-01-01', tiers: ['flex'] },
  });
  const { access, logger, log } = keyed;
  const app = createAdminApp({
    authenticate: access.authenticate,
    logger,
    clock: { now: () => 0 },
    createId: () => 'id',
    keys: access,
    status: () => status,
  });
  const ask = (method: string, path: string, body: object | null = null, id = 'ops') =>
    app.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...keyed.as(id) },
      ...(body !== null && { body: JSON.stringify(body) }),
    });
  return { ...keyed, app, ask, log };
}

describe('the admin port', () => {
  it('[U1] is closed to all but keys for it', async () => {
    const { app, as } = await rig();
    expect((await app.request('/admin/status')).status).toBe(401);
    expect((await app.request('/health/live')).status).toBe(401);
    expect((await app.request('/admin/status', { headers: as('user') })).status).toBe(401);
    const { app: main, as: byMain } = await keyedApp({ user: {}, ops: { scopes: ['admin'] } });
    expect((await main.request('/v1/models', { headers: byMain('ops') })).status).toBe(403);
  });

  it('tells the status, draining too', async () => {
    const draining = {
      ready: false,
      reason: 'the server is shutting down',
      draining: true,
      inFlight: 3,
      running: 2,
    };
    const { ask } = await rig(draining);
    expect(await (await ask('GET', '/admin/status')).json()).toEqual({
      object: 'server.status',
      ready: false,
      reason: 'the server is shutting down',
      draining: true,
      in_flight: 3,
      running: 2,
      limits: 'local',
    });
  });

  it('[U4] lists keys with their use, and nothing that opens them', async () => {
    const { ask, made } = await rig();
    const response = await ask('GET', '/admin/keys');
    const text = await response.text();
    expect(JSON.parse(text).data[1]).toEqual({
      id: 'user',
      object: 'api_key',
      name: 'a user',
      state: 'expired',
      expires: '2026-01-01T00:00:00.000Z',
      scopes: ['inference'],
      tiers: ['flex'],
      default_tier: 'flex',
      min_bits: null,
      max_bits: null,
      requests_per_minute: { limit: 5, used: 0 },
      tokens_per_minute: { limit: null, used: 0 },
      tokens_per_day: { limit: null, used: 0 },
      concurrency: { limit: null, used: 0 },
    });
    for (const { secret, entry } of made) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(entry.hash.slice(7, 27));
    }
  });

  it('reloads keys on demand', async () => {
    const { ask } = await rig();
    expect(await (await ask('POST', '/admin/keys/reload')).json()).toEqual({
      object: 'api_keys.reload',
      changed: false,
      keys: 2,
    });
  });

  it('changes the log level for what is logged from then on', async () => {
    const { ask, log } = await rig();
    expect(await (await ask('GET', '/admin/log-level')).json()).toMatchObject({ level: 'debug' });
    expect((await ask('PUT', '/admin/log-level', { level: 'warn' })).status).toBe(200);
    const lines = log.length;
    await ask('GET', '/admin/status');
    expect(log).toHaveLength(lines);
    expect(await errorOf(await ask('PUT', '/admin/log-level', { level: 'loud' }))).toMatchObject({
      status: 400,
      param: 'level',
    });
  });

  it('says what is there', async () => {
    const { ask } = await rig();
    expect(await errorOf(await ask('GET', '/admin'))).toMatchObject({ status: 404, code: 'not_found' });
  });
});
