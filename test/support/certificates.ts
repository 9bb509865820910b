import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An authority of one's own, made for a test and forgotten after it. */
export interface TestAuthority {
  readonly folder: string;
  readonly certPath: string;
  readonly cert: Buffer;
  /** A certificate for 127.0.0.1, as servers and clients have them. */
  issue(name: string): Promise<Certificate>;
  remove(): Promise<void>;
}

/** Whether the program that makes certificates is there: Debian's package `openssl`. */
export async function hasOpenssl(): Promise<boolean> {
  return run('openssl', ['version']).then(
    () => true,
    () => false,
  );
}

export async function createAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-tls-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=test',
    '-days',
    '2',
  );
  return {
    folder,
    certPath: path('ca.crt'),
    cert: await readFile(path('ca.crt')),
    issue: async (name) => {
      await openssl(
        'req',
        ...newKey,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/CN=${name}`,
      );
      await writeFile(path(`${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
      await openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...signing,
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.crt`,
      );
      const [cert, key] = await Promise.all([readFile(path(`${name}.crt`)), readFile(path(`${name}.key`))]);
      return { certPath: path(`${name}.crt`), keyPath: path(`${name}.key`), cert, key };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
