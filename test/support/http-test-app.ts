import { openAccess } from '../../src/access/index.ts';
import type { Authenticate } from '../../src/core/index.ts';
import { createLogger, type MetricsSource, type Tracer } from '../../src/observability/index.ts';
import { createHttpApp, type HttpAppOptions } from '../../src/server/index.ts';
import { FakeInferenceService, type FakeReply } from './fake-inference-service.ts';
import { testDashboard } from './test-dashboard.ts';

/** The HTTP app on a fake service, with its log as parsed lines and ids and times that count up. */
export function httpTestApp(
  service: FakeInferenceService,
  options: Partial<HttpAppOptions> = {},
  metrics: MetricsSource | null = null,
  authenticate: Authenticate = openAccess,
  tracer?: Tracer,
) {
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({
    level: 'debug',
    destination: { write: (line) => log.push(JSON.parse(line)) },
  });
  let ids = 0;
  let time = 0;
  const clock = { now: () => time++ };
  const app = createHttpApp(
    {
      service,
      metrics,
      authenticate,
      logger,
      ...(tracer !== undefined && { tracer }),
      dashboard: testDashboard(clock).dashboard,
      clock,
      epochSeconds: () => 1_700_000_001,
      createId: () => `id${++ids}`,
    },
    options,
  );
  return { app, log, logger };
}

/** That app with one script for every request, and a way to post to it. */
export function scriptedApp(reply: FakeReply = { tokens: ['Hel', 'lo'] }) {
  const service = new FakeInferenceService(() => reply);
  const { app, log } = httpTestApp(service, { maxBodyBytes: 4_096 });
  const post = (path: string, body: object | string, init: RequestInit = {}) =>
    app.request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  return { service, app, log, post };
}

/** The data of server-sent events, comments left out. */
export function dataOf(text: string): string[] {
  return text
    .split('\n\n')
    .flatMap((frame) => frame.split('\n'))
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
}
