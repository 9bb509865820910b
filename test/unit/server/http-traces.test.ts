import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { FakeInferenceService, type FakeReply } from '../../support/fake-inference-service.ts';
import { httpTestApp } from '../../support/http-test-app.ts';
import { RecordingTracer } from '../../support/recording-tracer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' };

function tracedApp(reply: FakeReply = { tokens: ['Hel', 'lo'] }) {
  const service = new FakeInferenceService(() => reply);
  const tracer = new RecordingTracer();
  const { app, log } = httpTestApp(service, {}, null, undefined, tracer);
  const complete = async (fields: object = {}, headers: Record<string, string> = {}) => {
    const response = await app.request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'tiny', prompt: 'a', ...fields }),
    });
    await response.text();
    return response;
  };
  return { service, tracer, app, log, complete };
}

describe('the span of an HTTP request', () => {
  it("continues its caller's trace, and is the parent of what is done for it", async () => {
    const { service, tracer, complete, log } = tracedApp();
    await complete({ prompt: ['a', 'b'] }, { ...PARENT, 'x-request-id': 'mine' });
    expect(tracer.spans).toHaveLength(1);
    const [span] = tracer.spans;
    expect(span).toMatchObject({
      name: 'POST /v1/completions',
      kind: 'server',
      parent: { traceId: TRACE, spanId: SPAN, sampled: true, state: 'vendor=1' },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/completions',
        'http.response.status_code': 200,
        'quept.request.id': 'mine',
      },
      ended: {},
    });
    expect(service.received.map(({ trace }) => trace)).toEqual([span?.context, span?.context]);
    expect(log).toEqual([expect.objectContaining({ request_id: 'mine', trace_id: TRACE })]);
  });

  it('begins a trace where there is none, and ends with the stream', async () => {
    const { tracer, app, log } = tracedApp();
    const response = await app.request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: 'nonsense' },
      body: JSON.stringify({ model: 'tiny', prompt: 'a', stream: true }),
    });
    expect(tracer.spans[0]).toMatchObject({ parent: null, ended: null });
    await response.text();
    expect(tracer.spans[0]?.ended).toEqual({});
    expect(tracer.spans[0]?.attributes['quept.outcome']).toBe('complete');
    expect(log[0]?.trace_id).toBe(tracer.spans[0]?.context.traceId);
  });

  it('is an error by the fault of the server, not of the client', async () => {
    const overloaded = tracedApp({ tokens: [], refusal: new QueptError('overloaded', 'full') });
    await overloaded.complete();
    expect(overloaded.tracer.spans[0]).toMatchObject({
      attributes: { 'http.response.status_code': 503, 'quept.error.code': 'overloaded' },
      ended: { errorType: 'overloaded' },
    });
    const torn = tracedApp({ tokens: ['a'], failure: { code: 'engine_unavailable', message: 'gone' } });
    await torn.complete({ stream: true });
    expect(torn.tracer.spans[0]).toMatchObject({
      attributes: { 'http.response.status_code': 200, 'quept.outcome': 'failed' },
      ended: { errorType: 'engine_unavailable' },
    });
    const wrong = tracedApp();
    await wrong.complete({ model: 'other' });
    await wrong.complete({ temperature: 'hot' });
    for (const span of wrong.tracer.spans) expect(span.ended).toEqual({});
    expect(wrong.tracer.spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
      404, 400,
    ]);
  });

  it('is none for probes', async () => {
    const { tracer, app } = tracedApp();
    for (const path of ['/health/live', '/health/ready', '/metrics']) await app.request(path);
    expect(tracer.spans).toEqual([]);
  });
});

describe('without tracing', () => {
  it("a caller's trace is in the log all the same, and nothing is traced below it", async () => {
    const service = new FakeInferenceService(() => ({ tokens: ['a'] }));
    const { app, log } = httpTestApp(service);
    const body = JSON.stringify({ model: 'tiny', prompt: 'a' });
    const post = (headers: Record<string, string>) =>
      app.request('/v1/completions', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
    await (await post(PARENT)).text();
    await (await post({})).text();
    expect(log[0]?.trace_id).toBe(TRACE);
    expect(log[1]).not.toHaveProperty('trace_id');
    expect(service.received.every((request) => request.trace === undefined)).toBe(true);
  });
});

describe('paths in log and spans', () => {
  it('[W2] are routes: what a client puts into a path is not told', async () => {
    const { app, log, tracer } = tracedApp();
    const secret = 'sk-2f6a01';
    for (const path of [
      `/v1/models/${secret}`,
      `/v1/requests/${secret}/decisions`,
      `/v1/v1/chat/completions`,
      `/v1/${secret}/embeddings?key=${secret}`,
      `/${secret}`,
    ]) {
      await app.request(path, { headers: { authorization: `Bearer ${secret}` } });
    }
    expect(log.map(({ path }) => path)).toEqual([
      '/v1/models/:model',
      '/v1/requests/:id/decisions',
      '/v1/v1/chat/completions',
      '/v1/*/embeddings',
      '/*',
    ]);
    expect(tracer.spans.map(({ name }) => name)).toEqual([
      'GET /v1/models/:model',
      'GET /v1/requests/:id/decisions',
      'GET',
      'GET',
      'GET',
    ]);
    expect(JSON.stringify([log, tracer.spans])).not.toContain(secret);
  });
});
