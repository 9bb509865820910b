import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpEndpoint } from '../../../src/bench/load/http-endpoints.ts';
import { type HttpLoadOptions, runHttpLoad } from '../../../src/bench/load/http-load.ts';
import { parseTarget } from '../../../src/bench/load/load-target.ts';

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

const ENDPOINT: HttpEndpoint = {
  name: 'chat',
  method: 'POST',
  path: '/v1/chat/completions',
  stream: false,
  bodyOf: (index) => JSON.stringify({ index }),
};

async function load(
  listener: RequestListener,
  endpoint: Partial<HttpEndpoint> = {},
  options: Partial<HttpLoadOptions> = {},
) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/v1`;
  return runHttpLoad(
    parseTarget(url, { secret: 'key', source: 'a test' }),
    { ...ENDPOINT, ...endpoint },
    {
      connections: 2,
      rate: null,
      seconds: 0.5,
      warmupSeconds: 0,
      timeoutSeconds: 5,
      signal: new AbortController().signal,
      ...options,
    },
  );
}

describe('a closed loop', () => {
  it('counts what was answered, by status, and the time of good answers alone', async () => {
    const seen: { path: string | undefined; key: string | undefined; body: string }[] = [];
    const run = await load((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => {
        seen.push({ path: request.url, key: request.headers.authorization, body });
        response.statusCode = seen.length % 5 === 0 ? 503 : 200;
        const answer = JSON.stringify({ usage: { prompt_tokens: 1, completion_tokens: 7 } });
        setTimeout(() => response.end(answer), response.statusCode === 503 ? 0 : 20);
      });
    });
    const { 200: good = 0, 503: refused = 0 } = run?.statuses ?? {};
    expect(seen[0]).toEqual({
      path: '/prefix/v1/chat/completions',
      key: 'Bearer key',
      body: expect.any(String),
    });
    expect(new Set(seen.map(({ body }) => body)).size).toBe(seen.length);
    expect(good).toBeGreaterThan(3);
    expect(refused).toBeGreaterThan(0);
    expect(run).toMatchObject({ completed: good, broken: 0, connectionErrors: 0, timeouts: 0 });
    expect(run?.latencyMs?.count).toBe(good);
    expect(run?.latencyMs?.quantiles[0]).toBeGreaterThan(18);
    expect(run?.outputTokensPerSecond).toBeCloseTo(7 * (run?.requestsPerSecond ?? 0), 6);
    expect((run?.sent ?? 0) - good - refused).toBe(run?.unfinished);
  });

  it('knows streams that did not come to their end from those that did', async () => {
    let count = 0;
    const run = await load(
      (request, response) => {
        request.resume();
        response.setHeader('content-type', 'text/event-stream');
        response.write('data: {"choices":[]}\n\n');
        setTimeout(() => response.end(count++ % 2 === 0 ? 'data: [DONE]\n\n' : 'data: {"error":{}}\n\n'), 10);
      },
      { stream: true },
    );
    const answered = run?.statuses[200] ?? 0;
    expect(run?.completed).toBeGreaterThan(0);
    expect(run?.broken).toBeGreaterThan(0);
    expect((run?.completed ?? 0) + (run?.broken ?? 0)).toBe(answered);
  });

  it('tells connections that fail, and does not go on with them for ever', async () => {
    const run = await load((request) => request.socket.resetAndDestroy(), {}, { seconds: 30 });
    expect(run?.completed).toBe(0);
    expect(run?.connectionErrors).toBeGreaterThan(100);
    expect(run?.seconds).toBeLessThan(30);
  });

  it('ends with an interruption', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const run = await load(
      (_, response) => setTimeout(() => response.end('{}'), 10),
      {},
      {
        seconds: 60,
        signal: controller.signal,
      },
    );
    expect(run?.completed).toBeGreaterThan(0);
    expect(run?.seconds).toBeLessThan(30);
  });
});

describe('a constant rate', () => {
  it('sends what is asked for, and no more', async () => {
    const run = await load(
      (_, response) => response.end('{}'),
      { method: 'GET', bodyOf: null },
      {
        rate: 20,
        seconds: 2,
      },
    );
    expect(run?.sent).toBeLessThanOrEqual(40);
    // A busy machine may lose a second's share, which comes at its beginning.
    expect(run?.completed).toBeGreaterThanOrEqual(20);
    expect(run?.requestsPerSecond).toBe((run?.completed ?? 0) / 2);
  });
});
