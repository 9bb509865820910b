import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../../src/access/index.ts';
import { type OpenGrpc, openGrpc } from '../../../src/cli/serve/open-grpc.ts';
import { loadServeConfig } from '../../../src/config/index.ts';
import { createLogger } from '../../../src/observability/index.ts';
import {
  type Certificate,
  createAuthority,
  hasOpenssl,
  type TestAuthority,
} from '../../support/certificates.ts';
import { FakeInferenceService } from '../../support/fake-inference-service.ts';
import { GrpcClient } from '../../support/grpc-client.ts';

const present = await hasOpenssl();
let authority: TestAuthority;
let own: Certificate;
let other: Certificate;
let open: OpenGrpc | null = null;

beforeAll(async () => {
  if (!present) return;
  authority = await createAuthority();
  [own, other] = await Promise.all([authority.issue('server'), authority.issue('client')]);
});

afterEach(async () => {
  await open?.close(0);
  open = null;
});

afterAll(() => authority?.remove());

async function start(flags: Readonly<Record<string, string>>): Promise<OpenGrpc | null> {
  const service = new FakeInferenceService(() => ({ tokens: ['a'] }));
  const logger = createLogger({ level: 'silent', destination: 'stderr' });
  open = await openGrpc(loadServeConfig(flags, {}), {
    service,
    logger,
    authenticate: openAccess,
  });
  return open;
}

describe('openGrpc', () => {
  it('shares the port of HTTP unless told otherwise, and is off when told so', async () => {
    expect(await start({ grpcPort: 'off' })).toBeNull();
    expect(await start({})).toMatchObject({ port: null, tls: false, onHttp2: expect.any(Function) });
  });

  it('takes a port of its own, and leaves it when it closes', async () => {
    const grpc = await start({ grpcPort: '0' });
    expect(grpc?.onHttp2).toBeUndefined();
    const client = new GrpcClient(`127.0.0.1:${grpc?.port?.port}`);
    expect((await client.call('GetModel', { model: 'tiny' })).status.code).toBe(0);
    await grpc?.close(0);
    expect((await client.call('GetModel', { model: 'tiny' })).status.code).toBe(14);
    client.close();
  });

  it('[G9] serves with certificates from files', async (context) => {
    if (!present) context.skip('needs the Debian package openssl');
    const files = { grpcTlsCert: own.certPath, grpcTlsKey: own.keyPath, grpcTlsClientCa: authority.certPath };
    const grpc = await start({ grpcPort: '0', ...files });
    const channel = credentials.createSsl(authority.cert, other.key, other.cert);
    const client = new GrpcClient(`localhost:${grpc?.port?.port}`, undefined, channel);
    expect((await client.call('GetModel', { model: 'tiny' })).status.code).toBe(0);
    client.close();
  });

  it('names a file that is not what it should be', async (context) => {
    if (!present) context.skip('needs the Debian package openssl');
    const none = join(authority.folder, 'none.pem');
    const text = join(authority.folder, 'text.pem');
    await writeFile(text, 'not a certificate');
    const faults: [Record<string, string>, string][] = [
      [{ grpcTlsCert: none }, `grpcTlsCert ${none}: there is no such file.`],
      [{ grpcTlsCert: authority.folder }, `grpcTlsCert ${authority.folder}: the file cannot be read.`],
      [{ grpcTlsCert: text }, `grpcTlsCert ${text}: the file holds no certificate in PEM.`],
      [{ grpcTlsKey: text }, `grpcTlsKey ${text}: the file is no private key in PEM, or not that of`],
      [
        { grpcTlsKey: other.keyPath },
        `grpcTlsKey ${other.keyPath}: the file is no private key in PEM, or not`,
      ],
      [{ grpcTlsClientCa: text }, `grpcTlsClientCa ${text}: the file holds no certificate in PEM.`],
    ];
    for (const [flags, message] of faults) {
      const files = { grpcTlsCert: own.certPath, grpcTlsKey: own.keyPath, ...flags };
      await expect(start({ grpcPort: '0', ...files })).rejects.toMatchObject({
        code: 'invalid_config',
        message: expect.stringContaining(message),
      });
    }
  });
});
