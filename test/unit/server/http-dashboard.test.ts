import { describe, expect, it } from 'vitest';
import { openAccess } from '../../../src/access/index.ts';
import { createLogger } from '../../../src/observability/index.ts';
import { createHttpApp } from '../../../src/server/index.ts';
import { FAKE_MODEL, FakeInferenceService } from '../../support/fake-inference-service.ts';
import { httpTestApp } from '../../support/http-test-app.ts';
import { errorOf, keyedApp } from '../../support/keyed-app.ts';
import { testDashboard } from '../../support/test-dashboard.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FLEX = { tier: 'flex', ttftMs: 400, tpotMs: 50, weight: 1 } as const;

function watchedApp(hasDashboard = true) {
  const clock = new VirtualClock();
  const service = new FakeInferenceService(() => ({ tokens: [] }));
  const { dashboard, live } = testDashboard(clock);
  const app = createHttpApp({
    service,
    metrics: null,
    authenticate: openAccess,
    logger: createLogger({ level: 'error', destination: 'stderr' }),
    clock,
    epochSeconds: () => 0,
    createId: () => 'id',
    ...(hasDashboard && { dashboard }),
  });
  const data = async (query = '') =>
    (await (await app.request(`/dashboard/data${query}`)).json()) as { readonly seconds: readonly object[] };
  return { app, clock, live, service, data };
}

describe('the page', () => {
  it('[V1] comes with a policy under which nothing but what the server sends runs or is asked for', async () => {
    const { app } = watchedApp();
    for (const path of ['/', '/dashboard/page.js']) {
      const { status, headers } = await app.request(path);
      expect(status).toBe(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
    const page = await app.request('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('<title>page</title>');
  });

  it('is not sent again while it is the same', async () => {
    const { app } = watchedApp();
    const etag = (await app.request('/')).headers.get('etag') ?? '';
    const again = await app.request('/', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).not.toBe(null);
    const changed = await app.request('/dashboard/page.js', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
  });

  it.each(['/dashboard/index.html', '/dashboard/x', '/dashboard/..%2fpackage.json', '/dashboard/__proto__'])(
    'has no file %s',
    async (path) => {
      const { app } = watchedApp();
      expect(await errorOf(await app.request(path))).toMatchObject({ status: 404, code: 'not_found' });
    },
  );

  it('answers what is no GET with what is allowed', async () => {
    const { app } = watchedApp();
    const response = await app.request('/', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is not there where it is switched off', async () => {
    const { app } = watchedApp(false);
    for (const path of ['/', '/dashboard/page.js', '/dashboard/data'])
      expect((await app.request(path)).status).toBe(404);
  });
});

describe('the data of the page', () => {
  it('[V2] tells the seconds after the one that is known', async () => {
    const { clock, live, data } = watchedApp();
    live.tokenServed('q8', null, FLEX);
    live.firstToken(3, 0.1, FLEX);
    clock.advance(1_000);
    live.requestRefused('tier_share');
    clock.advance(1_500);
    const all = await data();
    expect(all).toMatchObject({
      object: 'dashboard',
      boot: 'first',
      now: 2.5,
      kept_seconds: 300,
      model: FAKE_MODEL.id,
      version: '1.2.3',
      ready: true,
      reason: null,
      slots: 8,
      key: null,
      rungs: ['q2', 'q4', 'q8'],
    });
    expect(all.seconds).toMatchObject([
      { at: 0, tokens: { flex: [0, 0, 1] }, first_tokens: { flex: { count: 1, bins: [[53, 1]] } } },
      { at: 1, tokens: {}, ended: { refused: 1 } },
    ]);
    expect((await data('?after=0')).seconds).toEqual([all.seconds[1]]);
    expect((await data('?after=1')).seconds).toEqual([]);
  });

  it('tells why no requests are taken', async () => {
    const { service, data } = watchedApp();
    service.state = { ready: false, reason: 'the engine is restarting' };
    expect(await data()).toMatchObject({ ready: false, reason: 'the engine is restarting' });
  });

  it.each(['', 'x', '1.5', '1e3', '12345678901234567890'])(
    'refuses %j as the second known',
    async (after) => {
      const { app } = watchedApp();
      const error = await errorOf(await app.request(`/dashboard/data?after=${after}`));
      expect(error).toMatchObject({ status: 400, param: 'after', code: 'invalid_request' });
    },
  );

  it('[V5] is told so often in a second and no oftener, however many look on', async () => {
    const { app, clock } = watchedApp();
    const statuses = async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => app.request('/dashboard/data')));
      return all.map(({ status }) => status).filter((status) => status === 200).length;
    };
    expect(await statuses()).toBe(32);
    const refused = await app.request('/dashboard/data');
    expect([refused.status, refused.headers.get('retry-after-ms')]).toEqual([503, '2000']);
    clock.advance(500);
    expect(await statuses()).toBe(16);
    clock.advance(60_000);
    expect(await statuses()).toBe(32);
  });

  it('is asked for all the time, and so logged where it is looked for only', async () => {
    const service = new FakeInferenceService(() => ({ tokens: [] }));
    const { app, log } = httpTestApp(service);
    await app.request('/dashboard/data');
    await app.request('/');
    const lines = log.map(({ path, level }) => ({ path, level }));
    expect(lines).toEqual([
      { path: '/dashboard/data', level: 'debug' },
      { path: '/', level: 'info' },
    ]);
  });
});

describe('where there are keys', () => {
  it('[V4] the page opens without one, and tells nothing of the server', async () => {
    const { app } = await keyedApp({ a: {} });
    expect((await app.request('/')).status).toBe(200);
    expect((await app.request('/dashboard/page.js')).status).toBe(200);
    for (const path of [
      '/dashboard/data',
      '/dashboard/data?after=0',
      '/dashboard/x',
      '/dashboard/index.html',
    ])
      expect([path, (await app.request(path)).status]).toEqual([path, 401]);
  });

  it('[V4] data is for keys that may use the model, and counts for none of their limits', async () => {
    const { app, as } = await keyedApp({ a: { requestsPerMinute: 1 }, watcher: { scopes: ['metrics'] } });
    for (let i = 0; i < 3; i++) {
      const response = await app.request('/dashboard/data', { headers: as('a') });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ key: 'a' });
    }
    expect((await app.request('/dashboard/data', { headers: as('watcher') })).status).toBe(403);
  });
});
