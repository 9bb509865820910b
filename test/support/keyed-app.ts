import type { HttpAppOptions } from '../../src/server/index.ts';
import { FakeInferenceService, type FakeReply } from './fake-inference-service.ts';
import { httpTestApp } from './http-test-app.ts';
import { keyedAccess } from './keyed-access.ts';

/** The HTTP app with API keys of these fields, by id, on a fake service and a virtual clock. */
export async function keyedApp(
  keys: Readonly<Record<string, object>>,
  reply: FakeReply = { tokens: ['Hel', 'lo'] },
  options: Partial<HttpAppOptions> = {},
) {
  const keyed = await keyedAccess(keys);
  const service = new FakeInferenceService(() => reply);
  const { app, log, logger } = httpTestApp(service, options, keyed.metrics, keyed.access.authenticate);
  const chat = (id: string, fields: object = {}, signal: AbortSignal | null = null) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', ...keyed.as(id) },
      body: JSON.stringify({
        model: 'tiny',
        max_tokens: 2,
        messages: [{ role: 'user', content: 'four' }],
        ...fields,
      }),
    });
  return { ...keyed, app, chat, service, log, logger };
}

/** The error of an answer, with its status. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, ...error };
}
