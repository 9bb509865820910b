import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { dataOf, scriptedApp } from '../../support/http-test-app.ts';

const CHAT = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [{ role: 'user', content: 'the secret question' }] };

describe('answers', () => {
  it('gives a chat completion with the headers of every answer', async () => {
    const { service, post } = scriptedApp();
    const response = await post(CHAT, chat);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('x-request-id')).toBe('req_id1');
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(response.headers.get('x-precision')).toBe('q2..q8');
    expect(await response.json()).toMatchObject({
      id: 'chatcmpl-id2',
      created: 1_700_000_001,
      choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
    });
    expect(service.received[0]?.id).toBe('chatcmpl-id2');
    expect(service.running).toBe(0);
  });

  it('streams a chat completion', async () => {
    const { post } = scriptedApp();
    const response = await post(CHAT, { ...chat, stream: true, precision: 'q4' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-precision')).toBe('q4');
    const data = dataOf(await response.text());
    expect(data.at(-1)).toBe('[DONE]');
    const chunks = data.slice(0, -1).map((item) => JSON.parse(item));
    expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('')).toBe('Hello');
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks[0].system_fingerprint).toBe('fp_0123abcd-q4');
    expect(chunks.at(-1).precision).toEqual({
      average_bits: 4,
      configs: [{ id: 'q4', average_bits: 4, tokens: 2 }],
      switches: 0,
    });
  });

  it('answers a batch of prompts by index', async () => {
    const { service, post } = scriptedApp();
    service.script = (request) => ({
      tokens: [request.prompt.kind === 'text' ? request.prompt.text : '?', '!'],
    });
    const response = await post('/v1/completions', { model: 'tiny', prompt: ['a', 'b', 'c'] });
    expect(await response.json()).toMatchObject({
      object: 'text_completion',
      choices: [
        { index: 0, text: 'a!' },
        { index: 1, text: 'b!' },
        { index: 2, text: 'c!' },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 6 },
    });
    const stream = await post('/v1/completions', { model: 'tiny', prompt: ['a', 'b', 'c'], stream: true });
    const chunks = dataOf(await stream.text()).slice(0, -1);
    const texts = ['', '', ''];
    for (const { choices } of chunks.map((chunk) => JSON.parse(chunk)))
      texts[choices[0].index] += choices[0].text;
    expect(texts).toEqual(['a!', 'b!', 'c!']);
  });

  it('cancels the rest of a batch when one prompt is refused', async () => {
    const { service, post } = scriptedApp();
    service.script = (request) =>
      request.id.endsWith('-1')
        ? { tokens: [], refusal: new QueptError('overloaded', 'The queue is full.', { retryAfterMs: 2_500 }) }
        : { tokens: ['x'] };
    const response = await post('/v1/completions', { model: 'tiny', prompt: ['a', 'b', 'c'] });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(response.headers.get('retry-after-ms')).toBe('2500');
    expect(service.running).toBe(0);
    expect(service.cancelled).toHaveLength(2);
  });

  it('echoes a usable request id and replaces any other', async () => {
    const { app } = scriptedApp();
    const id = async (given: string) =>
      (await app.request('/health/live', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('trace-1:a.b')).toBe('trace-1:a.b');
    expect(await id('no spaces')).toMatch(/^req_/);
    expect(await id('x'.repeat(129))).toMatch(/^req_/);
  });

  it('reads the precision of the header', async () => {
    const { post } = scriptedApp();
    const ask = async (headers: Record<string, string>, fields: object = {}) =>
      post(CHAT, { ...chat, ...fields }, { headers });
    expect((await ask({ 'x-precision': 'q4..q8' })).headers.get('x-precision')).toBe('q4..q8');
    const conflict = await ask({ 'x-precision': 'q4' }, { precision: 'q8' });
    expect(conflict.status).toBe(400);
    expect(await conflict.json()).toMatchObject({ error: { param: 'precision' } });
    expect((await ask({}, { model: 'tiny@q2', precision: 'q4' })).status).toBe(400);
  });
});
