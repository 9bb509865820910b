import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ServeConfig } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import type { GrpcTls } from '../../server/index.ts';

/**
 * The certificates that the settings name; null where TLS is off.
 *
 * Throws QueptError `invalid_config` naming the file that cannot be read or used.
 */
export function readGrpcTls(config: ServeConfig): GrpcTls | null {
  const { grpcTlsCert, grpcTlsKey, grpcTlsClientCa } = config;
  if (grpcTlsCert === null || grpcTlsKey === null) return null;
  const certificate = readPem('grpcTlsCert', grpcTlsCert);
  const key = readPem('grpcTlsKey', grpcTlsKey);
  const clientAuthorities = grpcTlsClientCa === null ? null : readPem('grpcTlsClientCa', grpcTlsClientCa);
  usable('grpcTlsCert', grpcTlsCert, 'holds no certificate in PEM', () =>
    createSecureContext({ cert: certificate }),
  );
  usable('grpcTlsKey', grpcTlsKey, `is no private key in PEM, or not that of ${grpcTlsCert}`, () =>
    createSecureContext({ cert: certificate, key }),
  );
  if (clientAuthorities !== null && grpcTlsClientCa !== null) {
    usable('grpcTlsClientCa', grpcTlsClientCa, 'holds no certificate in PEM', () => {
      // OpenSSL passes over a file of authorities without any.
      if (!clientAuthorities.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no certificate');
      createSecureContext({ ca: clientAuthorities });
    });
  }
  return { certificate, key, clientAuthorities };
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'there is no such file' : 'the file cannot be read';
    throw new QueptError('invalid_config', `${setting} ${path}: ${reason}.`, { cause });
  }
}

function usable(setting: string, path: string, complaint: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    throw new QueptError('invalid_config', `${setting} ${path}: the file ${complaint}.`, { cause });
  }
}
