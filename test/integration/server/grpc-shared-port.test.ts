import { afterEach, describe, expect, it } from 'vitest';
import { openAccess } from '../../../src/access/index.ts';
import { createGrpcServer, type HttpServerHandle, startHttpServer } from '../../../src/server/index.ts';
import { FakeInferenceService } from '../../support/fake-inference-service.ts';
import { GrpcClient } from '../../support/grpc-client.ts';
import { httpTestApp } from '../../support/http-test-app.ts';
import { rawConnection } from '../../support/raw-connection.ts';

let http: HttpServerHandle | null = null;
let grpc: ReturnType<typeof createGrpcServer> | null = null;

afterEach(async () => {
  await Promise.all([http?.close(0), grpc?.close(0)]);
  http = grpc = null;
});

async function start(headersTimeoutMs = 10_000) {
  const service = new FakeInferenceService(() => ({ tokens: ['a', 'b'] }));
  const { app, logger } = httpTestApp(service);
  let ids = 0;
  grpc = createGrpcServer({
    service,
    logger,
    authenticate: openAccess,
    clock: performance,
    epochMs: () => Date.now(),
    createId: () => `g${++ids}`,
  });
  const where = { host: '127.0.0.1', port: 0, logger, headersTimeoutMs };
  http = await startHttpServer(app, { ...where, onHttp2: grpc.accept });
  return { service, http, grpc, port: http.port };
}

const chat = { model: 'tiny', messages: [{ role: 'user', content: 'a' }] };
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

describe('one port for HTTP and gRPC', () => {
  it('answers both at once', async () => {
    const { port } = await start();
    const client = new GrpcClient(`127.0.0.1:${port}`);
    const post = () =>
      fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...chat, user: 'x'.repeat(100_000) }),
      }).then((response) => response.json());
    const call = () => client.call('Generate', { model: 'tiny', text: 'x'.repeat(10_000) });
    const answers = await Promise.all([call(), post(), call(), post()]);
    expect(answers[0]).toMatchObject({ status: { code: 0 }, replies: [{ choices: [{ text: 'ab' }] }] });
    expect(answers[2]).toMatchObject({ status: { code: 0 } });
    expect(answers[1]).toMatchObject({ choices: [{ message: { content: 'ab' } }] });
    expect(answers[3]).toMatchObject({ choices: [{ message: { content: 'ab' } }] });
    client.close();
  });

  it('tells them apart however their beginnings are cut', async () => {
    const { port } = await start();
    const http2 = rawConnection(port);
    for (const byte of PREFACE) {
      http2.socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    http2.socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    // An empty SETTINGS frame is acknowledged by one.
    await http2.received('\0\0\0\x04\x01\0\0\0\0');
    http2.socket.destroy();
    const http1 = rawConnection(port);
    for (const byte of 'PROPFIND /health/live HTTP/1.1\r\nHost: x\r\n\r\n') {
      http1.socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await http1.received('HTTP/1.1 405');
    http1.socket.destroy();
  });

  it.each(['', 'PR', 'PRI * HTTP/2'])("answers 408 to a client that says '%s' and no more", async (text) => {
    const { port } = await start(150);
    const connection = rawConnection(port);
    if (text !== '') connection.socket.write(text);
    await connection.closed;
    expect(connection.text()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('hangs up on a client that hangs up, and closes with both', async () => {
    const { port, http, grpc } = await start();
    const silent = rawConnection(port);
    silent.socket.end('PRI');
    await silent.closed;
    expect(silent.text()).toBe('');
    const client = new GrpcClient(`127.0.0.1:${port}`);
    expect((await client.call('GetModel', { model: 'tiny' })).status.code).toBe(0);
    await Promise.all([http.close(60_000), grpc.close(60_000)]);
    expect((await client.call('GetModel', { model: 'tiny' })).status.code).toBe(14);
    client.close();
  });
});
