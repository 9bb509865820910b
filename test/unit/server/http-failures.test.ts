import { describe, expect, it } from 'vitest';
import type { FakeReply } from '../../support/fake-inference-service.ts';
import { dataOf, scriptedApp } from '../../support/http-test-app.ts';

const CHAT = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [{ role: 'user', content: 'the secret question' }] };

describe('faults of ours', () => {
  const secret = new TypeError('cannot open /srv/private/weights');

  it.each([
    ['generate rejects', { tokens: [], refusal: secret }],
    ['the events throw', { tokens: ['a'], breakage: { thrown: secret } }],
    [
      'a failure is internal',
      { tokens: ['a'], failure: { code: 'internal_error', message: secret.message } },
    ],
  ] as [string, FakeReply][])('hides and logs what happened when %s', async (_, reply) => {
    const { post, log } = scriptedApp(reply);
    const response = await post(CHAT, chat);
    expect(response.status).toBe(500);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const text = await response.text();
    expect(text).not.toContain('private');
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal_error', type: 'server_error' } });
    const line = log.find((entry) => entry.level === 'error');
    expect(line).toMatchObject({ request_id: 'req_id1', err: { message: secret.message } });
  });

  it.each([
    ['throws', { tokens: ['a'], breakage: { thrown: secret } }, 'internal_error'],
    ['ends early', { tokens: ['a'], breakage: 'no-terminal-event' }, 'internal_error'],
    [
      'fails',
      { tokens: ['a'], failure: { code: 'engine_unavailable', message: 'Restarting.' } },
      'engine_unavailable',
    ],
    ['is cancelled from within', { tokens: ['a'], finishReason: 'cancelled' }, 'cancelled'],
  ] as [string, FakeReply, string][])(
    'ends a stream that %s with an error and no [DONE]',
    async (_, reply, code) => {
      const { post, log, service } = scriptedApp(reply);
      const response = await post(CHAT, { ...chat, stream: true });
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).not.toContain('[DONE]');
      expect(text).not.toContain('private');
      const data = dataOf(text);
      expect(JSON.parse(data.at(-1) ?? '')).toMatchObject({ error: { code } });
      expect(log.at(-1)).toMatchObject({ msg: 'request', outcome: 'failed', error_code: code });
      expect(service.running).toBe(0);
    },
  );
});

describe('clients that go away', () => {
  it('cancels an answer that nobody waits for', async () => {
    const client = new AbortController();
    const { service, post, log } = scriptedApp({
      tokens: ['a', 'b'],
      gate: (i) => (i === 1 ? client.abort() : undefined),
    });
    const response = await post(CHAT, chat, { signal: client.signal });
    expect(response.status).toBe(499);
    expect(service.cancelled).toEqual(['chatcmpl-id2']);
    expect(log.at(-1)).toMatchObject({ status: 499, error_code: 'cancelled' });
    expect(log.filter((entry) => entry.level === 'error')).toEqual([]);
  });

  it('cancels a stream whose reader leaves', async () => {
    const { service, post, log } = scriptedApp({
      tokens: ['a', 'b'],
      gate: (i) => (i === 1 ? new Promise(() => {}) : undefined),
    });
    const response = await post(CHAT, { ...chat, stream: true });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect(service.running).toBe(1);
    await reader.cancel();
    expect(service.running).toBe(0);
    expect(service.cancelled).toEqual(['chatcmpl-id2']);
    expect(log.at(-1)).toMatchObject({ outcome: 'disconnected' });
  });

  it('takes tokens no faster than they are read', async () => {
    const { service, post } = scriptedApp({ tokens: Array(100).fill('x') });
    const response = await post(CHAT, { ...chat, stream: true });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let i = 0; i < 10; i++) await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(service.produced).toBeGreaterThanOrEqual(10);
    expect(service.produced).toBeLessThanOrEqual(12);
    await reader.cancel();
  });
});
