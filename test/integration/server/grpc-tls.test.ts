import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Certificate,
  createAuthority,
  hasOpenssl,
  type TestAuthority,
} from '../../support/certificates.ts';
import { GrpcClient } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

const present = await hasOpenssl();
let authority: TestAuthority;
let stranger: TestAuthority;
let own: Certificate;
let open: GrpcTestServer | null = null;

beforeAll(async () => {
  if (!present) return;
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  own = await authority.issue('server');
});

afterEach(async () => {
  await open?.close();
  open = null;
});

afterAll(async () => {
  await authority?.remove();
  await stranger?.remove();
});

async function start(clientAuthorities: Buffer | null): Promise<GrpcTestServer> {
  const tls = { certificate: own.cert, key: own.key, clientAuthorities };
  open = await grpcTestServer({ tokens: ['a'] }, { tls });
  return open;
}

async function codeOf({ address }: GrpcTestServer, channel = credentials.createInsecure()): Promise<number> {
  const client = new GrpcClient(address, undefined, channel);
  const { status } = await client.call('Generate', { model: 'tiny', text: 'a' }, { deadlineMs: 5_000 });
  client.close();
  return status.code;
}

describe('TLS', () => {
  it('[G9] answers clients that trust its certificate, and none in clear text', async (context) => {
    if (!present) context.skip('needs the Debian package openssl');
    const server = await start(null);
    expect(await codeOf(server, credentials.createSsl(authority.cert))).toBe(0);
    expect(await codeOf(server, credentials.createSsl(stranger.cert))).toBe(14);
    expect(await codeOf(server)).toBe(14);
    expect(server.service.received.map(({ owner }) => owner)).toEqual(['']);
  });

  it('[G9] with client authorities answers only their certificates, each an owner of its own', async (context) => {
    if (!present) context.skip('needs the Debian package openssl');
    const server = await start(authority.cert);
    const [known, unknown] = await Promise.all([authority.issue('client'), stranger.issue('client')]);
    const withCertificate = ({ key, cert }: Certificate) => credentials.createSsl(authority.cert, key, cert);
    expect(await codeOf(server, withCertificate(known))).toBe(0);
    expect(await codeOf(server, withCertificate(unknown))).toBe(14);
    expect(await codeOf(server, credentials.createSsl(authority.cert))).toBe(14);
    const { fingerprint256 } = new X509Certificate(known.cert);
    expect(server.service.received.map(({ owner }) => owner)).toEqual([`certificate:${fingerprint256}`]);
  });

  it('survives a client that speaks no TLS', async (context) => {
    if (!present) context.skip('needs the Debian package openssl');
    const server = await start(null);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {}).end('hello\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(await codeOf(server, credentials.createSsl(authority.cert))).toBe(0);
  });
});
