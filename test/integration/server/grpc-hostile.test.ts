import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openCaller } from '../../../src/access/index.ts';
import { eventually } from '../../support/eventually.ts';
import { INFERENCE, type Reply, trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';
import { rawConnection } from '../../support/raw-connection.ts';

let open: GrpcTestServer | null = null;
const sessions: ClientHttp2Session[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await open?.close();
  open = null;
  vi.restoreAllMocks();
});

async function start(
  script: Parameters<typeof grpcTestServer>[0] = { tokens: ['a', 'b'] },
  options: Parameters<typeof grpcTestServer>[1] = {},
) {
  open = await grpcTestServer(script, options);
  return { ...open, client: open.connect() };
}

const GENERATE = '/quept.v1.InferenceService/Generate';
const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
const request = { model: 'tiny', text: 'a' };
const GOOD: Buffer = (INFERENCE.service.Generate as Reply).requestSerialize(request);

/** HTTP/2 without a library of gRPC's: whatever is asked for is sent. */
function session(address: string): ClientHttp2Session {
  const opened = connect(`http://${address}`);
  opened.on('error', () => {});
  sessions.push(opened);
  return opened;
}

function begin(
  on: ClientHttp2Session,
  path: string,
  headers: Record<string, string> = {},
): ClientHttp2Stream {
  const stream = on.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  return stream;
}

/** Status of HTTP and of gRPC at the end of a stream. */
function endOf(stream: ClientHttp2Stream): Promise<[http: unknown, grpc: unknown]> {
  return new Promise((resolve) => {
    let header: Record<string, unknown> = {};
    let trailers: Record<string, unknown> = {};
    stream.on('response', (fields) => {
      header = fields as Record<string, unknown>;
    });
    stream.on('trailers', (fields) => {
      trailers = fields as Record<string, unknown>;
    });
    stream.on('close', () => resolve([header[':status'], trailers['grpc-status'] ?? header['grpc-status']]));
    stream.resume();
  });
}

/** A message behind its prefix, which may lie. */
function framed(message: Buffer, length = message.length, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** A field of bytes. */
function field(no: number, bytes: Buffer): Buffer {
  const head = [(no << 3) | 2];
  let rest = bytes.length;
  for (; rest >= 0x80; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}

describe('a client that speaks no proper gRPC', () => {
  it.each([
    ['of another type', { 'content-type': 'application/json' }, framed(GOOD), [415, undefined]],
    ['without a message', {}, Buffer.alloc(0), [200, '12']],
    ['that ends in its message', {}, framed(GOOD, GOOD.length + 9), [200, '12']],
    ['of two messages', {}, Buffer.concat([framed(GOOD), framed(GOOD)]), [200, '12']],
    ['of a thousand', {}, Buffer.concat(Array(1_000).fill(framed(GOOD))), [200, '12']],
    ['as long as can be said', {}, framed(GOOD, 0xffffffff), [200, '8']],
    ['packed in a way of its own', { 'grpc-encoding': 'br' }, framed(GOOD, GOOD.length, 1), [200, '12']],
    ['that is packed, and is not', { 'grpc-encoding': 'gzip' }, framed(GOOD, GOOD.length, 1), [200, '13']],
    ['with a deadline that is none', { 'grpc-timeout': 'soon' }, framed(GOOD), [200, '13']],
  ] as const)('has a request %s refused, and no one else is touched', async (_, headers, bytes, end) => {
    const { client, address, service } = await start();
    const stream = begin(session(address), GENERATE, headers);
    stream.end(bytes);
    expect(await endOf(stream)).toEqual(end);
    expect((await client.call('Generate', request)).status.code).toBe(0);
    expect(service.received).toHaveLength(1);
  });

  it('may send any bytes, and is hung up on', async () => {
    const { client, port } = await start({ tokens: ['a'] }, { keepAliveMs: 50, keepAliveTimeoutMs: 50 });
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
    const noise = Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * i * 31 + 7 * i) % 251));
    for (const bytes of [
      noise,
      Buffer.concat([preface, noise]),
      Buffer.concat([preface, Buffer.alloc(4_096)]),
    ]) {
      const connection = rawConnection(port);
      connection.socket.write(bytes);
      await connection.closed;
    }
    expect((await client.call('Generate', request)).status.code).toBe(0);
  });

  it('has none of its metadata repeated on the console', async () => {
    const said = vi.spyOn(console, 'error');
    const { address } = await start();
    const stream = begin(session(address), GENERATE, { authorization: 'Bearer secr\u00e9t' });
    stream.end(framed(GOOD));
    expect(await endOf(stream)).toEqual([200, '0']);
    expect(said).not.toHaveBeenCalled();
  });
});

describe('a request that is large where it says nothing', () => {
  const nothing = (no: number) => Buffer.concat(Array(900_000).fill(Buffer.from([(no << 3) | 2, 0])));

  it.each([
    ['Chat', 'messages', nothing(2), null],
    ['Generate', 'prompts', field(4, nothing(1)), null],
    ['Generate', 'stops', field(5, nothing(2)), 'options.stop'],
    ['Chat', 'fields unknown here', Buffer.concat(Array(900_000).fill(Buffer.from([0x78, 1]))), '15'],
  ])('%s of a million empty %s is refused before it takes room', async (method, _, bytes, param) => {
    const { client, service } = await start();
    const whole = Buffer.concat([field(1, Buffer.from('tiny')), bytes]);
    const outcome = await client.raw(`/quept.v1.InferenceService/${method}`, whole, false, (reply) => reply);
    expect(outcome.status.code).toBe(3);
    expect(trailer(outcome, 'x-error-param')).toBe(param);
    expect(service.received).toEqual([]);
  });
});

describe('a client that does not go through with it', () => {
  const stuck = {
    tokens: ['a', 'b'],
    gate: (at: number) => (at === 1 ? new Promise<void>(() => {}) : undefined),
  };

  it('[G3] frees everything when it cancels thousands of calls, begun or not', async () => {
    const { client, address, service } = await start(stuck);
    for (let round = 0; round < 4; round++) {
      const on = session(address);
      const before = service.received.length;
      const streams = Array.from({ length: 500 }, (_, i) =>
        begin(on, i % 2 ? GENERATE : `${GENERATE}Stream`),
      );
      const ends = streams.map(endOf);
      // Every fifth is reset before its message.
      streams.forEach((stream, i) => {
        if (i % 5 === 0) stream.close(8);
        else stream.end(framed(GOOD));
      });
      await eventually(() => service.received.length > before + 100);
      for (const stream of streams) stream.close(8);
      await Promise.all(ends);
    }
    await eventually(() => service.running === 0);
    service.script = () => ({ tokens: ['a'] });
    expect((await client.call('Generate', request)).status.code).toBe(0);
  });

  it('[G3] begins nothing for a deadline that has passed', async () => {
    const { client, service } = await start(stuck);
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, () => client.call('GenerateStream', request, { deadlineMs: 1 })),
    );
    expect(new Set(outcomes.map(({ status }) => status.code))).toEqual(new Set([4]));
    await eventually(() => service.running === 0);
    for (const { service: wish } of service.received) expect(wish.timeoutMs).toBeGreaterThan(0);
  });

  /** Begins calls on one connection whose messages never arrive whole; how many the server reads at once. */
  async function dribble(address: string, path: string, headers: Record<string, string> = {}) {
    const on = session(address);
    let taken = 0;
    const most = 200_000;
    const streams = Array.from({ length: 150 }, () => {
      const stream = begin(on, path, headers);
      stream.write(framed(Buffer.alloc(most), 2 * most), () => taken++);
      return stream;
    });
    return { on, streams, taken: () => taken };
  }

  it.each([
    ['of a connection', GENERATE, {}, 32],
    ['of a key, over all its connections', GENERATE, { authorization: 'Bearer a' }, 64],
    ['of a probe', HEALTH_CHECK, {}, 4],
  ] as const)('[G11] has only some of its messages read at once: %s', async (_, path, headers, most) => {
    const { client, address } = await start(
      { tokens: ['a'] },
      { authenticate: async ({ authorization }) => openCaller(authorization ?? '') },
    );
    const first = await dribble(address, path, headers);
    await eventually(() => first.taken() === most);
    // One who comes by another connection, without that key, does not wait.
    expect((await client.call('Generate', request)).status.code).toBe(0);
    expect(first.taken()).toBe(most);
    // Room is for the next as soon as it is left.
    for (const stream of first.streams.slice(0, 3)) stream.close(8);
    await eventually(() => first.taken() === most + 3);
    if (most === 64) {
      const second = await dribble(address, path, headers);
      expect((await client.call('Generate', request)).status.code).toBe(0);
      expect(second.taken()).toBe(0);
      first.on.destroy();
      await eventually(() => second.taken() === most);
    }
  });
});
