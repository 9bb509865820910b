import OpenAI, { APIError, BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { type HttpServerHandle, startHttpServer } from '../../../src/server/index.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeInferenceService, type FakeReply } from '../../support/fake-inference-service.ts';
import { httpTestApp } from '../../support/http-test-app.ts';

const hello: FakeReply = { tokens: ['Hel', 'lo', ' you'], rungs: [1, 2, 2] };
const messages = [{ role: 'user' as const, content: 'hello' }];
const service = new FakeInferenceService(() => hello);
let server: HttpServerHandle;
let client: OpenAI;

beforeAll(async () => {
  const { app, logger } = httpTestApp(service, { keepAliveMs: 20 });
  server = await startHttpServer(app, { host: '127.0.0.1', port: 0, logger });
  client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.port}/v1`, maxRetries: 0 });
});

afterAll(() => server.close(0));

beforeEach(() => {
  service.script = () => hello;
});

describe('the official client', () => {
  it('completes a chat', async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: 'tiny', messages, max_completion_tokens: 50, temperature: 0.5, user: 'u' })
      .withResponse();
    expect(data.choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'Hello you', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    });
    expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 });
    expect(data.service_tier).toBe('default');
    expect(request_id).toMatch(/^req_/);
    expect(response.headers.get('x-precision')).toBe('q2..q8');
    expect(data).toMatchObject({ precision: { switches: 1, configs: [{ tokens: 1 }, { tokens: 2 }] } });
  });

  it('streams a chat, past the comments of a queue', async () => {
    service.script = () => ({
      ...hello,
      gate: (i) => (i === 0 ? new Promise((resolve) => setTimeout(resolve, 100)) : undefined),
    });
    const stream = await client.chat.completions.create({
      model: 'tiny',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage;
    }
    expect(text).toBe('Hello you');
    expect(usage).toMatchObject({ total_tokens: 6 });
  });

  it('gathers a stream with its own helper', async () => {
    const final = await client.chat.completions.stream({ model: 'tiny', messages }).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('Hello you');
    expect(final.choices[0]?.finish_reason).toBe('stop');
  });

  it('completes text, whole and streamed, one prompt and several', async () => {
    const whole = await client.completions.create({ model: 'tiny@q4', prompt: ['a', 'b'], max_tokens: 2 });
    expect(whole.choices.map((choice) => [choice.index, choice.text, choice.finish_reason])).toEqual([
      [0, 'Hello', 'length'],
      [1, 'Hello', 'length'],
    ]);
    expect(whole.system_fingerprint).toBe('fp_0123abcd-q4');
    let text = '';
    const stream = await client.completions.create({ model: 'default', prompt: [1, 2, 3], stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe('Hello you');
  });

  it('lists and retrieves models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['tiny']);
    expect((await client.models.retrieve('default@q8')).id).toBe('tiny@q8');
  });

  it('sees our errors as its own', async () => {
    const missing = client.chat.completions.create({ model: 'gpt', messages });
    await expect(missing).rejects.toBeInstanceOf(NotFoundError);
    await expect(missing).rejects.toMatchObject({ code: 'model_not_found', param: 'model' });
    const bad = client.chat.completions.create({ model: 'tiny', messages, n: 200 });
    await expect(bad).rejects.toBeInstanceOf(BadRequestError);
    await expect(bad).rejects.toMatchObject({ param: 'n', type: 'invalid_request_error' });
  });

  it('tries again when told to, after the time it is told', async () => {
    let attempts = 0;
    service.script = () =>
      attempts++ === 0
        ? { tokens: [], refusal: new QueptError('overloaded', 'The queue is full.', { retryAfterMs: 30 }) }
        : hello;
    const started = performance.now();
    const answer = await client.chat.completions.create({ model: 'tiny', messages }, { maxRetries: 1 });
    expect(answer.choices[0]?.message.content).toBe('Hello you');
    expect(attempts).toBe(2);
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
  });

  it('does not repeat what cannot succeed', async () => {
    let attempts = 0;
    service.script = () => {
      attempts++;
      return { tokens: [], refusal: new Error('broken') };
    };
    const answer = client.chat.completions.create({ model: 'tiny', messages }, { maxRetries: 2 });
    await expect(answer).rejects.toMatchObject({ status: 500, code: 'internal_error' });
    expect(attempts).toBe(1);
  });

  it('throws when a stream fails midway', async () => {
    service.script = () => ({
      tokens: ['a'],
      failure: { code: 'engine_unavailable', message: 'Restarting.' },
    });
    const stream = await client.chat.completions.create({ model: 'tiny', messages, stream: true });
    const read = async () => {
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    };
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ code: 'engine_unavailable' });
  });

  it('cancels by leaving its stream', async () => {
    service.script = () => ({
      tokens: Array(1_000).fill('x'),
      gate: (i) => (i > 2 ? new Promise(() => {}) : undefined),
    });
    const stream = await client.chat.completions.create({ model: 'tiny', messages, stream: true });
    for await (const _ of stream) break;
    await eventually(() => service.running === 0);
    expect(service.cancelled).toHaveLength(1);
  });
});
