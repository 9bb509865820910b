import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../support/child-processes.ts';
import { DEFAULT_MODEL } from '../support/default-model.ts';
import { ask, errorCodes } from '../support/plain-client.ts';
import { rawConnection } from '../support/raw-connection.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

let artefact: TinyArtefact;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 32_768 });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await artefact?.remove();
});

async function serve(model: string, ...args: string[]): Promise<ServerProcess> {
  // Not under npm, as a supervisor starts it.
  const server = await spawnServer(model, args, { env: { npm_lifecycle_event: undefined } });
  servers.push(server);
  return server;
}

/** Requests that run or wait, as metrics tell. */
async function accepted(url: string): Promise<number> {
  const { text } = await ask(`${url}/metrics`);
  return [...text.matchAll(/^vllm:num_requests_(?:running|waiting)\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

const completion = (tokens: number, stream: boolean) => ({
  body: {
    model: 'default',
    prompt: 'Once',
    max_tokens: tokens,
    ignore_eos: true,
    temperature: 0,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
  },
});
const tokensOf = (text: string): number => Number(/"completion_tokens":(\d+)/.exec(text)?.[1]);
const ENDLESS = completion(32_000, true);

describe.concurrent('a signal to end', { timeout: 60_000 }, () => {
  it('[F3] under load loses no accepted request, and refuses those that come later', async () => {
    const server = await serve(DEFAULT_MODEL, '--slots', '4', '--drain-ms', '50000');
    const url = `${server.url}/v1/completions`;
    const requests = Array.from({ length: 24 }, (_, i) => ({
      tokens: 120 + 10 * (i % 5),
      stream: i % 2 === 0,
    }));
    let answered = 0;
    const answers = Promise.all(
      requests.map(async ({ tokens, stream }) => {
        const answer = await ask(url, completion(tokens, stream));
        answered++;
        return answer;
      }),
    );
    const late = rawConnection(Number(new URL(server.url).port));
    late.socket.write('POST /v1/completions HTTP/1.1\r\nHost: x\r\n');
    // What has been answered before it was counted counts, or on a slow machine they were never all there.
    await until(async () => {
      const before = answered;
      return before + (await accepted(server.url)) >= requests.length;
    }, 'all to be accepted');
    expect(answered).toBeLessThan(requests.length);
    server.child.kill('SIGTERM');
    await until(() => server.stderr().includes('shutting down'), 'the shutdown');
    const body = JSON.stringify(completion(1, false).body);
    late.socket.write(`content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await late.closed;
    expect(late.text()).toMatch(/^HTTP\/1.1 503 /);
    expect(late.text()).toMatch(/\r\nconnection: close\r\n/i);
    expect(late.text()).toMatch(/\r\nretry-after: \d+\r\n/i);
    expect(late.text()).toContain('"code":"shutting_down"');
    expect(await ask(url, completion(1, false))).toMatchObject({ status: null, broken: 'ECONNREFUSED' });
    for (const [i, { status, text, broken }] of (await answers).entries()) {
      expect({ status, broken, tokens: tokensOf(text) }).toEqual({
        status: 200,
        broken: null,
        tokens: requests[i]?.tokens,
      });
    }
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('[F3] hands back what outlives the grace period, whether it runs or waits', async () => {
    const server = await serve(artefact.directory, '--slots', '1', '--drain-ms', '300');
    const url = `${server.url}/v1/completions`;
    const running = ask(url, ENDLESS);
    await until(async () => (await accepted(server.url)) === 1, 'a running request');
    const waiting = [ask(url, completion(1, true)), ask(url, completion(1, false))];
    await until(async () => (await accepted(server.url)) === 3, 'waiting requests');
    server.child.kill('SIGTERM');
    const [cut, unbegun, whole] = await Promise.all([running, ...waiting]);
    for (const stream of [cut, unbegun]) {
      expect(stream).toMatchObject({ status: 200, broken: null });
      expect(stream && errorCodes(stream)).toEqual(['shutting_down']);
    }
    expect(whole).toMatchObject({ status: 503, broken: null, headers: { connection: 'close' } });
    expect(whole?.headers).toHaveProperty('retry-after');
    expect(whole && errorCodes(whole)).toEqual(['shutting_down']);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('[F3] with a delay is told to probes at once, while requests are taken on', async () => {
    const server = await serve(artefact.directory, '--drain-delay-ms', '1500');
    const agent = new Agent({ keepAlive: true });
    const url = `${server.url}/v1/completions`;
    expect(await ask(url, { ...completion(3, false), agent })).toMatchObject({
      headers: { connection: 'keep-alive' },
    });
    server.child.kill('SIGTERM');
    await until(async () => (await ask(`${server.url}/health/ready`)).status === 503, 'being not ready');
    expect(await ask(`${server.url}/health/live`)).toMatchObject({ status: 200 });
    // Clients with open connections are made to look for another server.
    for (const kept of [{ agent }, {}]) {
      const answer = await ask(url, { ...completion(3, false), ...kept });
      expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
      expect(tokensOf(answer.text)).toBe(3);
    }
    await until(
      async () => (await ask(url, completion(1, false))).broken === 'ECONNREFUSED',
      'a closed port',
    );
    expect(await server.exited).toEqual({ code: 0, signal: null });
    agent.destroy();
  });

  it('[F3] ends an engine that hangs, after the grace period', async () => {
    const server = await serve(artefact.directory, '--stall-timeout-ms', '0', '--drain-ms', '300');
    const engine = server.enginePid();
    const whole = ask(`${server.url}/v1/completions`, completion(32_000, false));
    await until(async () => (await accepted(server.url)) === 1, 'a running request');
    process.kill(engine, 'SIGSTOP');
    server.child.kill('SIGINT');
    expect(errorCodes(await whole)).toEqual(['shutting_down']);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(isAlive(engine)).toBe(false);
  });

  it.each([
    ['SIGINT', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
  ] as const)(
    '[F3] %s, and %s right after it, stop at once, an engine that hangs too',
    async (first, second, code) => {
      const server = await serve(artefact.directory, '--drain-ms', '3600000');
      const engine = server.enginePid();
      const stream = ask(`${server.url}/v1/completions`, ENDLESS);
      await until(async () => (await accepted(server.url)) === 1, 'a running request');
      process.kill(engine, 'SIGSTOP');
      server.child.kill(first);
      await until(() => server.stderr().includes('shutting down'), 'the shutdown');
      server.child.kill(second);
      expect(await server.exited).toEqual({ code, signal: null });
      expect((await stream).broken).not.toBeNull();
      await until(() => !isAlive(engine), 'the end of the engine');
    },
  );
});
