import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { FakeReply } from '../../support/fake-inference-service.ts';
import { GrpcClient, HEALTH } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

let open: GrpcTestServer | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

async function start(script: FakeReply, options: Parameters<typeof grpcTestServer>[1] = {}) {
  open = await grpcTestServer(script, options);
  return { ...open, client: open.connect() };
}

const request = { model: 'tiny', text: 'a', messages: [{ role: 'CHAT_ROLE_USER', content: 'a' }] };
const METHODS = ['Chat', 'ChatStream', 'Generate', 'GenerateStream'] as const;
const never = () => new Promise<void>(() => {});
/** Stops before the token of this index. */
const stuckAt = (index: number): FakeReply => ({
  tokens: ['a', 'b', 'c'],
  gate: (at) => (at === index ? never() : undefined),
});

describe('a deadline', () => {
  it.each(METHODS)('[G3] of %s ends it before its first token, and frees its place', async (method) => {
    const { client, service, log } = await start(stuckAt(0));
    await client.connected();
    const { status } = await client.call(method, request, { deadlineMs: 700 });
    expect(status.code).toBe(4);
    await eventually(() => service.running === 0);
    expect(service.received[0]?.service.timeoutMs).toSatisfy((ms: number) => ms > 0 && ms <= 700);
    await eventually(() => log.length > 0);
    expect(log[0]).toMatchObject({ grpc_code: 4, error_code: 'deadline_exceeded', outcome: 'failed' });
  });

  it.each(METHODS)('[G3] of %s ends it in mid-answer, and frees its place', async (method) => {
    const { client, service } = await start(stuckAt(2));
    await client.connected();
    const { status } = await client.call(method, request, { deadlineMs: 700 });
    expect(status.code).toBe(4);
    await eventually(() => service.running === 0);
    expect(service.produced).toBe(2);
  });
});

describe('cancelling', () => {
  it.each(METHODS)('[G3] %s before its first token frees its place', async (method) => {
    const { client, service, log } = await start(stuckAt(0));
    const accepted = eventually(() => service.running === 1);
    const { status } = await client.call(method, request, { cancelWhen: accepted });
    expect(status.code).toBe(1);
    await eventually(() => service.running === 0);
    await eventually(() => log.length > 0);
    expect(log[0]).toMatchObject({ grpc_code: 1, error_code: 'cancelled', outcome: 'disconnected' });
  });

  it.each([1, 2, 3])('[G3] a stream at its message %i frees its place', async (at) => {
    const { client, service } = await start(stuckAt(2));
    const outcome = await client.call('ChatStream', request, {
      onReply: (count, cancel) => count === at && cancel(),
    });
    expect(outcome.status.code).toBe(1);
    await eventually(() => service.received.length === 1 && service.running === 0);
  });

  it('[G3] a connection that breaks frees the places of all its calls', async () => {
    const { service, port } = await start(stuckAt(1));
    const cable = await breakableConnection(port);
    const client = new GrpcClient(cable.address);
    const calls = METHODS.map((method) => client.call(method, request));
    await eventually(() => service.running === METHODS.length);
    cable.cut();
    await eventually(() => service.running === 0);
    expect((await Promise.all(calls)).map(({ status }) => status.code)).toEqual([14, 14, 14, 14]);
    client.close();
  });
});

/** A way to the server that can be interrupted. */
async function breakableConnection(port: number) {
  const sockets: Socket[] = [];
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
    sockets.push(near, far);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('many calls', () => {
  it('[G4] answers 1000 at once on one connection, each with its own', async () => {
    const { client, service } = await start({ tokens: ['x', 'y'] });
    const numbers = Array.from({ length: 1_000 }, (_, i) => i);
    const outcomes = await Promise.all(
      numbers.map((i) => {
        const metadata = { 'x-request-id': `call-${i}` };
        return client.call(i % 2 === 0 ? 'Generate' : 'GenerateStream', request, { metadata });
      }),
    );
    expect(outcomes.filter(({ status }) => status.code !== 0)).toEqual([]);
    expect(outcomes.map(({ header }) => header.get('x-request-id')[0])).toEqual(
      numbers.map((i) => `call-${i}`),
    );
    const answers = outcomes.map(({ replies }, i) =>
      i % 2 === 0
        ? replies[0].choices[0].text
        : replies.flatMap(({ delta }) => (delta == null ? [] : [delta.text])).join(''),
    );
    expect(new Set(answers)).toEqual(new Set(['xy']));
    expect(service.running).toBe(0);
  });
});

describe('slow and silent clients', () => {
  it('[G6] a stream produces no more than its client takes, and is dropped when that takes nothing', async () => {
    const piece = 'x'.repeat(8_192);
    const tokens = Array<string>(2_000).fill(piece);
    const { client, service, log } = await start({ tokens }, { stalledReaderMs: 300 });
    // Paused at its first message, as a client that is busy.
    const call = client.client.makeServerStreamRequest(
      '/quept.v1.InferenceService/GenerateStream',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      Buffer.from([0x0a, 4, ...Buffer.from('tiny'), 0x12, 1, 0x61]),
    );
    call.on('error', () => {});
    call.once('data', () => call.pause());
    await eventually(() => service.running === 0 && service.produced > 0);
    expect(service.produced).toBeLessThan(200);
    await eventually(() => log.length > 0);
    expect(log[0]).toMatchObject({ error_code: 'request_timeout' });
    call.cancel();
  });

  it('a call whose request does not arrive is ended', async () => {
    const { client, service } = await start({ tokens: ['a'] }, { requestTimeoutMs: 100 });
    const status = await new Promise<{ code: number; details: string }>((resolve) => {
      const call = client.client.makeClientStreamRequest(
        '/quept.v1.InferenceService/Chat',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        () => {},
      );
      call.on('status', resolve);
    });
    expect(status).toMatchObject({ code: 4, details: expect.stringContaining('100 ms') });
    expect(service.received).toEqual([]);
  });

  it('a connection that gives no sign of life is closed', async () => {
    const { port } = await start({ tokens: ['a'] }, { keepAliveMs: 50, keepAliveTimeoutMs: 50 });
    const socket = connect(port, '127.0.0.1');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    await new Promise((resolve) => socket.once('close', resolve).resume());
  });
});

describe('shutdown', () => {
  it('[G7] turns health to NOT_SERVING at once, and lets running calls end', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const {
      client,
      service,
      server,
      connect: open,
    } = await start({
      tokens: ['a', 'b'],
      gate: (at) => (at === 1 ? gate : undefined),
    });
    const health = open(HEALTH);
    const watching = health.call('Watch', { service: 'quept.v1.InferenceService' });
    const running = client.call('ChatStream', request);
    await eventually(() => service.produced === 1);
    service.state = { ready: false, reason: 'the server is shutting down' };
    const closing = server.close(20_000);
    expect((await health.call('Check', {})).replies).toEqual([{ status: 'NOT_SERVING' }]);
    release();
    const { replies, status } = await running;
    expect([status.code, replies.at(-1).event]).toEqual([0, 'finished']);
    await closing;
    const watched = await watching;
    expect(watched.replies.map((reply) => reply.status)).toEqual(['SERVING', 'NOT_SERVING']);
    expect(watched.status.code).toBe(0);
    expect((await client.call('Chat', request)).status.code).toBe(14);
  });

  it('cuts off what outlives the grace', async () => {
    const { client, service, server } = await start(stuckAt(1));
    const running = client.call('ChatStream', request);
    await eventually(() => service.produced === 1);
    await server.close(50);
    expect((await running).status.code).not.toBe(0);
    await eventually(() => service.running === 0);
  });
});

describe('health', () => {
  it('follows readiness, for the server and its service alone', async () => {
    const { service, connect: open } = await start({ tokens: [] }, { healthIntervalMs: 10 });
    const health = open(HEALTH);
    const state = async (name: string) => (await health.call('Check', { service: name })).replies[0]?.status;
    expect([await state(''), await state('quept.v1.InferenceService')]).toEqual(['SERVING', 'SERVING']);
    const unknown = await health.call('Check', { service: 'other' });
    expect(unknown.status.code).toBe(5);
    const watched: string[] = [];
    const script = ['NOT_SERVING', 'SERVING'];
    await health
      .call(
        'Watch',
        {},
        {
          onReply: (_, cancel) => {
            const next = script.shift();
            if (next === undefined) return cancel();
            service.state = { ready: next === 'SERVING', reason: null };
          },
        },
      )
      .then(({ replies }) => watched.push(...replies.map((reply) => reply.status)));
    expect(watched).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
    service.state = { ready: false, reason: 'the engine is starting' };
    expect((await health.call('List', {})).replies[0].statuses).toEqual({
      '': { status: 'NOT_SERVING' },
      'quept.v1.InferenceService': { status: 'NOT_SERVING' },
    });
    const stranger = await health.call('Watch', { service: 'other' }, { onReply: (_, cancel) => cancel() });
    expect(stranger.replies.map((reply) => reply.status)).toEqual(['SERVICE_UNKNOWN']);
  });
});
