import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { eventually } from '../../support/eventually.ts';
import { errorOf, keyedApp } from '../../support/keyed-app.ts';

/** Of 'four' in one message: 4 for the message, 1 for the text; the service counts 3. */
const ESTIMATED_PROMPT = 5;
const COUNTED_PROMPT = 3;

function limitHeaders(response: Response): Record<string, string | null> {
  return Object.fromEntries(
    ['limit', 'remaining', 'reset'].flatMap((what) =>
      ['requests', 'tokens'].map((of) => [
        `${what}-${of}`,
        response.headers.get(`x-ratelimit-${what}-${of}`),
      ]),
    ),
  );
}

/** Settling follows the answer. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('limits', () => {
  it('[U2] serves as many requests a minute as the key has, and says what is left', async () => {
    const { chat, clock } = await keyedApp({ a: { requestsPerMinute: 3 } });
    const first = await chat('a');
    expect(limitHeaders(first)).toEqual({
      'limit-requests': '3',
      'remaining-requests': '2',
      'reset-requests': '1m1s',
      'limit-tokens': null,
      'remaining-tokens': null,
      'reset-tokens': null,
    });
    clock.advance(10_000);
    expect([(await chat('a')).status, (await chat('a')).status]).toEqual([200, 200]);
    const refused = await chat('a');
    expect(refused.headers.get('retry-after')).toBe('51');
    expect(refused.headers.get('retry-after-ms')).toBe('51000');
    expect(refused.headers.get('x-should-retry')).toBeNull();
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(await errorOf(refused)).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
      message: expect.stringContaining('3 requests a minute'),
    });
    clock.advance(51_000);
    expect((await chat('a')).status).toBe(200);
  });

  it('never tells anyone to wait more than a minute', async () => {
    const { chat } = await keyedApp({ a: { requestsPerMinute: 1 } });
    await chat('a');
    expect((await chat('a')).headers.get('retry-after')).toBe('60');
  });

  it('reserves tokens by an estimate and settles what was used', async () => {
    const { chat } = await keyedApp({ a: { tokensPerMinute: 100 } }, { tokens: ['a', 'b', 'c'] });
    const first = await chat('a', { max_tokens: 50 });
    expect(limitHeaders(first)['remaining-tokens']).toBe(String(100 - ESTIMATED_PROMPT - 50));
    await first.text();
    await settled();
    const second = await chat('a', { max_tokens: 1 });
    expect(limitHeaders(second)['remaining-tokens']).toBe(
      String(100 - COUNTED_PROMPT - 3 - ESTIMATED_PROMPT - 1),
    );
  });

  it('reserves for several prompts the sum', async () => {
    const { app, as } = await keyedApp({ a: { tokensPerMinute: 10_000 } });
    const complete = (fields: object) =>
      app.request('/v1/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...as('a') },
        body: JSON.stringify({ model: 'tiny', ...fields }),
      });
    const several = await complete({ prompt: [[1, 2], [3]], max_tokens: 10 });
    expect(limitHeaders(several)['remaining-tokens']).toBe(String(10_000 - 23));
  });

  it('counts for several choices what their usage says: the prompt once', async () => {
    const { chat, access } = await keyedApp({ a: { tokensPerMinute: 1_000 } });
    const answer = await chat('a', { n: 3, max_tokens: 10 });
    expect(limitHeaders(answer)['remaining-tokens']).toBe(String(1_000 - ESTIMATED_PROMPT - 3 * 10));
    const { usage } = (await answer.json()) as { usage: { prompt_tokens: number; total_tokens: number } };
    expect(usage.prompt_tokens).toBe(COUNTED_PROMPT);
    await settled();
    expect((await access.statuses())[0]?.tokensPerMinute.used).toBe(usage.total_tokens);
  });

  it('refuses tokens that are not there for now, and for good those that never will be', async () => {
    const { chat } = await keyedApp({ a: { tokensPerMinute: 100 } });
    const impossible = await chat('a', { max_tokens: 100 });
    expect(impossible.headers.get('x-should-retry')).toBe('false');
    expect(impossible.headers.get('retry-after')).toBeNull();
    expect(await errorOf(impossible)).toMatchObject({
      status: 429,
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      // What the key may use is at fault, and no field more than another.
      param: null,
      message: expect.stringContaining('105 tokens'),
    });
    // Not read, so not ended: it stays reserved.
    expect((await chat('a', { max_tokens: 90, stream: true })).status).toBe(200);
    expect(await errorOf(await chat('a', { max_tokens: 10 }))).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('100 tokens a minute'),
    });
  });

  it('ends the day of a key that has used its tokens', async () => {
    const { chat, clock } = await keyedApp({ a: { tokensPerDay: 12 } });
    await (await chat('a')).text();
    await settled();
    await (await chat('a')).text();
    await settled();
    const refused = await chat('a');
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(refused)).toMatchObject({
      code: 'insufficient_quota',
      message: expect.stringContaining('24 hours'),
    });
    clock.advance(88_000_000);
    expect((await chat('a')).status).toBe(200);
  });

  it('bounds answers in the making, and frees them when a client leaves', async () => {
    const gate = () => new Promise<void>(() => {});
    const { chat, service, access } = await keyedApp({ a: { concurrency: 2 } }, { tokens: ['a'], gate });
    const client = new AbortController();
    const streams = [await chat('a', { stream: true }, client.signal), await chat('a', { stream: true })];
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    expect(await errorOf(await chat('a', { stream: true }))).toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('2 answers in the making'),
    });
    client.abort();
    await eventually(() => service.running === 1);
    await settled();
    expect((await access.statuses())[0]?.concurrency).toEqual({ limit: 2, used: 1 });
    expect((await chat('a', { stream: true })).status).toBe(200);
  });

  it('refuses for good more answers in one request than the key may have', async () => {
    const { app, as } = await keyedApp({ a: { concurrency: 2 } });
    const response = await app.request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as('a') },
      body: JSON.stringify({ model: 'tiny', prompt: ['a', 'b', 'c'] }),
    });
    expect(await errorOf(response)).toMatchObject({ status: 429, code: 'insufficient_quota' });
  });

  it.each([
    ['overloaded', 0],
    ['engine_unavailable', 0],
    ['context_length_exceeded', 1],
  ] as const)('of a request refused with %s counts %d', async (code, requests) => {
    const { chat, access } = await keyedApp(
      { a: { requestsPerMinute: 5, tokensPerMinute: 100, concurrency: 1 } },
      { tokens: [], refusal: new QueptError(code, 'no') },
    );
    await chat('a');
    await settled();
    const [status] = await access.statuses();
    expect([status?.requestsPerMinute.used, status?.tokensPerMinute.used, status?.concurrency.used]).toEqual([
      requests,
      0,
      0,
    ]);
  });

  it('counts a call with several prompts once, and keys apart', async () => {
    const { app, as, access } = await keyedApp({ a: { requestsPerMinute: 2 }, b: { requestsPerMinute: 2 } });
    const response = await app.request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as('a') },
      body: JSON.stringify({ model: 'tiny', prompt: ['a', 'b', 'c'] }),
    });
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect((await access.statuses()).map(({ requestsPerMinute }) => requestsPerMinute.used)).toEqual([1, 0]);
  });
});
