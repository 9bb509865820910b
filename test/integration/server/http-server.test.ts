import { afterEach, describe, expect, it } from 'vitest';
import { type HttpServerHandle, type HttpServerOptions, startHttpServer } from '../../../src/server/index.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeInferenceService, type FakeReply } from '../../support/fake-inference-service.ts';
import { httpTestApp } from '../../support/http-test-app.ts';
import { rawConnection } from '../../support/raw-connection.ts';

let server: HttpServerHandle | null = null;

afterEach(async () => {
  await server?.close(0);
  server = null;
});

async function start(
  reply: FakeReply,
  options: Partial<HttpServerOptions> & { stalledReaderMs?: number } = {},
) {
  const { stalledReaderMs = 60_000, ...serverOptions } = options;
  const service = new FakeInferenceService(() => reply);
  const { app, log, logger } = httpTestApp(service, { stalledReaderMs, maxBodyBytes: 64 * 1024 });
  server = await startHttpServer(app, { host: '127.0.0.1', port: 0, logger, ...serverOptions });
  return { service, log, server, port: server.port };
}

function post(body: string): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const chat = { model: 'tiny', messages: [{ role: 'user', content: 'hello' }] };
const whole = post(JSON.stringify(chat));
const streamed = post(JSON.stringify({ ...chat, stream: true }));
const never = () => new Promise<void>(() => {});

function errorOf(text: string): Record<string, unknown> {
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)).error;
}

describe('slow and broken clients', () => {
  const fast = { headersTimeoutMs: 150, requestTimeoutMs: 300 };

  it.each([
    ['sends nothing', ''],
    ['stalls in its headers', 'POST /v1/chat/completions HTTP/1.1\r\nHost:'],
    ['stalls in its body', `${whole.slice(0, -5)}`],
  ])('answers 408 to one that %s', async (_, text) => {
    const { port, service } = await start({ tokens: ['a'] }, fast);
    const connection = rawConnection(port);
    if (text !== '') connection.socket.write(text);
    await connection.closed;
    expect(connection.text()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(connection.text()).toContain('\r\nretry-after: 1\r\n');
    expect(errorOf(connection.text())).toMatchObject({ code: 'request_timeout', param: null });
    expect(service.received).toHaveLength(0);
  });

  it('does not count the time of the answer', async () => {
    const { port } = await start(
      { tokens: ['a'], gate: () => new Promise((resolve) => setTimeout(resolve, 400)) },
      fast,
    );
    const connection = rawConnection(port);
    connection.socket.write(whole);
    await connection.received('"finish_reason":"stop"');
    expect(connection.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it.each([
    ['what is not HTTP', 'hello there\r\n\r\n', 400, 'invalid_request'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      413,
      'request_too_large',
    ],
    [
      'an expectation that nobody knows',
      'POST /v1/completions HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n{}',
      400,
      'invalid_request',
    ],
    ['HTTP/2 by its first bytes', 'PRI * HTTP/2.0', 400, 'invalid_request'],
    ['HTTP/2 by its first line', 'PRI * HTTP/2.0\r\n', 400, 'invalid_request'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 400, 'invalid_request'],
    ['an impossible host', 'GET /health/live HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'invalid_request'],
  ])('answers %s', async (_, text, status, code) => {
    const { port } = await start({ tokens: [] });
    const connection = rawConnection(port);
    connection.socket.write(text);
    await connection.received('}}');
    expect(connection.text().startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(errorOf(connection.text())).toMatchObject({ code });
  });

  it('serves a client without a Host header', async () => {
    const { port } = await start({ tokens: [] });
    const connection = rawConnection(port);
    connection.socket.write('GET /health/live HTTP/1.0\r\n\r\n');
    await connection.closed;
    expect(connection.text()).toContain('"live"');
  });

  it('answers 413 to a chunked body that grows too long, and hangs up', async () => {
    const { port, service } = await start({ tokens: [] });
    const connection = rawConnection(port);
    connection.socket.write(
      'POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `2000\r\n${' '.repeat(0x2000)}\r\n`;
    for (let i = 0; i < 16; i++) connection.socket.write(chunk);
    await connection.received('}}');
    expect(connection.text()).toMatch(/^HTTP\/1\.1 413 /);
    expect(errorOf(connection.text())).toMatchObject({ code: 'request_too_large' });
    await connection.closed;
    expect(service.received).toHaveLength(0);
  });

  it('does not write into a stream when what follows it is broken', async () => {
    const { port, service } = await start({
      tokens: ['a', 'b'],
      gate: (i) => (i === 1 ? never() : undefined),
    });
    const connection = rawConnection(port);
    connection.socket.write(streamed);
    await connection.received('"content":"a"');
    connection.socket.write('garbage\r\n\r\n');
    await connection.closed;
    expect(connection.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
    await eventually(() => service.running === 0);
  });
});

describe('clients that go away', () => {
  it.each([
    ['a stream', streamed],
    ['a whole answer', whole],
  ])('cancels %s', async (_, request) => {
    const { port, service, log } = await start({
      tokens: ['a', 'b'],
      gate: (i) => (i === 1 ? never() : undefined),
    });
    const connection = rawConnection(port);
    connection.socket.write(request);
    await eventually(() => service.produced === 1);
    connection.socket.destroy();
    await eventually(() => service.running === 0);
    expect(service.cancelled).toHaveLength(1);
    await eventually(() => log.length > 0);
    expect(log.filter((entry) => entry.level === 'error')).toEqual([]);
  });

  it('produces no more than a client takes, and drops one that takes nothing', async () => {
    const { port, service, log } = await start(
      { tokens: Array(200_000).fill('x'.repeat(1_000)) },
      { stalledReaderMs: 300 },
    );
    const connection = rawConnection(port);
    connection.socket.write(streamed);
    await connection.received('"content":"x');
    connection.socket.pause();
    await eventually(() => service.running === 0);
    // What the kernel's socket buffers hold, and far from the 200 MB that there would be.
    expect(service.produced).toBeLessThan(50_000);
    expect(service.cancelled).toHaveLength(1);
    expect(log.at(-1)).toMatchObject({ outcome: 'stalled' });
    connection.socket.resume();
    await connection.closed;
    expect(connection.text()).not.toContain('[DONE]');
  });
});

describe('close', () => {
  it('lets a stream finish, accepts nothing new and hangs up on the idle', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { port, server: handle } = await start({
      tokens: ['a', 'b'],
      gate: (i) => (i === 1 ? gate : undefined),
    });
    const idle = rawConnection(port);
    idle.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await idle.received('"live"');
    const silent = rawConnection(port);
    await new Promise((resolve) => silent.socket.once('connect', resolve));
    const busy = rawConnection(port);
    busy.socket.write(streamed);
    await busy.received('"content":"a"');
    const closing = handle.close(10_000);
    await Promise.all([idle.closed, silent.closed]);
    const late = rawConnection(port);
    await late.closed;
    expect(late.text()).toBe('');
    release();
    await closing;
    await busy.closed;
    expect(busy.text()).toContain('data: [DONE]');
  });

  it('destroys what outlives the grace', async () => {
    const {
      port,
      server: handle,
      service,
    } = await start({ tokens: ['a', 'b'], gate: (i) => (i === 1 ? never() : undefined) });
    const connection = rawConnection(port);
    connection.socket.write(streamed);
    await connection.received('"content":"a"');
    // A second, more urgent call is not held up by the patience of the first.
    await Promise.all([handle.close(600_000), handle.close(50)]);
    await connection.closed;
    await eventually(() => service.running === 0);
    expect(connection.text()).not.toContain('[DONE]');
  });
});

describe('listening', () => {
  it('says which port is taken', async () => {
    const { port } = await start({ tokens: [] });
    await expect(start({ tokens: [] }, { port })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining(`127.0.0.1:${port}: the port is already in use`),
    });
  });

  it('closes connections beyond its limit', async () => {
    const { port } = await start({ tokens: [] }, { maxConnections: 1 });
    const first = rawConnection(port);
    first.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await first.received('"live"');
    const second = rawConnection(port);
    await second.closed;
    expect(second.text()).toBe('');
  });
});
