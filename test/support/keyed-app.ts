import { createAccessControl } from '../../src/access/index.ts';
import { createPrometheusMetrics } from '../../src/observability/index.ts';
import type { HttpAppOptions } from '../../src/server/index.ts';
import { newKey, withKey } from './api-key.ts';
import { FakeInferenceService, type FakeReply } from './fake-inference-service.ts';
import { httpTestApp } from './http-test-app.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What time it is for expiry. */
export const NOW = '2026-06-01T00:00:00Z';

/** The HTTP app with API keys of these fields, by id, on a fake service and a virtual clock. */
export async function keyedApp(
  keys: Readonly<Record<string, object>>,
  reply: FakeReply = { tokens: ['Hel', 'lo'] },
  options: Partial<HttpAppOptions> = {},
) {
  const made = Object.entries(keys).map(([id, fields]) => newKey(id, fields));
  const clock = new VirtualClock();
  const service = new FakeInferenceService(() => reply);
  const metrics = createPrometheusMetrics();
  const logged: string[] = [];
  const access = await createAccessControl({
    keysPath: null,
    keyEntries: made.map(({ entry }) => entry),
    redisUrl: null,
    metrics,
    clock,
    epochMs: () => Date.parse(NOW),
    logger: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (fields) => logged.push(JSON.stringify(fields)),
      child: (): never => {
        throw new Error('not asked for');
      },
    },
  });
  const { app, log, logger } = httpTestApp(service, options, metrics, access.authenticate);
  const secretOf = (id: string): string => {
    const index = made.findIndex(({ entry }) => entry.id === id);
    return made[index]?.secret ?? '';
  };
  const as = (id: string) => withKey(secretOf(id));
  const chat = (id: string, fields: object = {}, signal: AbortSignal | null = null) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', ...as(id) },
      body: JSON.stringify({
        model: 'tiny',
        max_tokens: 2,
        messages: [{ role: 'user', content: 'four' }],
        ...fields,
      }),
    });
  return { app, access, chat, as, secretOf, clock, service, metrics, log, logger, made };
}

/** The error of an answer, with its status. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, ...error };
}
