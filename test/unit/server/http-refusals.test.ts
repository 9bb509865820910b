import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { scriptedApp } from '../../support/http-test-app.ts';

const CHAT = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [{ role: 'user', content: 'the secret question' }] };

describe('refusals before an answer', () => {
  it.each([
    ['an empty body', '', {}, 400, 'empty'],
    ['what is not JSON', '{"model":', {}, 400, 'not valid JSON'],
    ['an array', '[]', {}, 400, 'JSON object'],
    ['null', 'null', {}, 400, 'JSON object'],
    [
      'a form',
      'model=tiny',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'application/json',
    ],
    ['plain text', '{}', { 'content-type': 'text/plain' }, 415, 'application/json'],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'content-encoding'],
    ['too long a body', JSON.stringify({ model: 'x'.repeat(5_000) }), {}, 413, '4096 bytes'],
    ['a long body by its announcement', '{}', { 'content-length': '5000' }, 413, '4096 bytes'],
    ['another model', JSON.stringify({ ...chat, model: 'gpt' }), {}, 404, 'tiny'],
  ])('refuses %s', async (_, body, headers, status, text) => {
    const { post, service } = scriptedApp();
    const response = await post(CHAT, body, { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(error.message).toContain(text);
    expect(service.received).toHaveLength(0);
  });

  it('limits a body of unannounced length without reading on', async () => {
    const { app } = scriptedApp();
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1_024).fill(32));
      },
    });
    const response = await app.request(CHAT, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const { app } = scriptedApp();
    const response = await app.request(CHAT, { method: 'POST', body: new Uint8Array([123, 255, 125]) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('UTF-8') } });
  });

  it('takes JSON without a content type, or with a vendor type', async () => {
    const { app } = scriptedApp();
    const body = new TextEncoder().encode(JSON.stringify(chat));
    for (const headers of [{}, { 'content-type': 'application/vnd.acme+json; charset=utf-8' }]) {
      expect((await app.request(CHAT, { method: 'POST', body, headers })).status).toBe(200);
    }
  });

  it('answers unknown paths and methods as errors', async () => {
    const { app } = scriptedApp();
    const missing = await app.request('/v1/nothing');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: 'not_found', param: null } });
    const wrong = await app.request(CHAT);
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
    expect(await wrong.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    expect((await app.request('/v1/models', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it.each([
    ['context_length_exceeded', 400, null],
    ['overloaded', 503, '1'],
    ['shutting_down', 503, '1'],
    ['engine_unavailable', 503, '1'],
  ] as const)('passes on the refusal %s', async (code, status, retryAfter) => {
    const { post } = scriptedApp({ tokens: [], refusal: new QueptError(code, 'as told') });
    const response = await post(CHAT, chat);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(await response.json()).toMatchObject({ error: { code, message: 'as told' } });
  });

  const RESPONSES = '/v1/responses';
  const COMPLETIONS = '/v1/completions';
  const response = { model: 'tiny', input: 'hello' };
  const completion = { model: 'tiny', prompt: 'hello' };
  const header = { 'x-precision': 'q4' };
  it.each<[string, string, object, Record<string, string>, string]>([
    ['max_tokens', CHAT, { ...chat, max_tokens: 5 }, {}, 'max_tokens'],
    ['max_tokens', CHAT, { ...chat, max_completion_tokens: 5 }, {}, 'max_completion_tokens'],
    ['max_tokens', RESPONSES, { ...response, max_output_tokens: 5 }, {}, 'max_output_tokens'],
    ['messages', CHAT, chat, {}, 'messages'],
    ['messages', RESPONSES, response, {}, 'input'],
    ['prompt', COMPLETIONS, completion, {}, 'prompt'],
    ['precision', CHAT, { ...chat, precision: 'q4' }, {}, 'precision'],
    ['precision', CHAT, { ...chat, precision: 'q4' }, header, 'precision'],
    ['precision', CHAT, chat, header, 'x-precision'],
    ['precision', COMPLETIONS, completion, header, 'x-precision'],
    ['precision', RESPONSES, { ...response, model: 'tiny@q4' }, {}, 'model'],
  ])(
    "calls '%s' of %s with %j and %j what the client called it",
    async (param, path, body, headers, name) => {
      const refusal = new QueptError('context_length_exceeded', `Lower '${param}'.`, { param });
      const { post } = scriptedApp({ tokens: [], refusal });
      const answer = await post(path, body, { headers });
      expect(await answer.json()).toMatchObject({ error: { param: name, message: `Lower '${name}'.` } });
    },
  );
});
