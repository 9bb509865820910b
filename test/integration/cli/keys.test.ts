import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecret, parseKeys } from '../../../src/access/index.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import { runCli } from '../../../src/cli/run-cli.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-keys-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function quept(args: readonly string[], input = '') {
  const said = { out: '', err: '' };
  const exitCode = await runCli(args, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
    stdin: (async function* () {
      yield input;
    })(),
  });
  return { exitCode, ...said };
}

describe('quept keys create', () => {
  it('prints a key once, and an entry by which it is found', async () => {
    const { exitCode, out } = await quept(['keys', 'create', 'ci']);
    expect(exitCode).toBe(0);
    const key = /^quept_[\w-]{43}$/m.exec(out)?.[0] ?? '';
    const entry = JSON.parse(out.slice(out.indexOf('{')));
    expect(Object.keys(entry)).toEqual(['id', 'hash']);
    expect(new KeyRing(parseKeys([entry], 'test')).find(key)?.id).toBe('ci');
    expect(out.split(key)).toHaveLength(2);
  });

  it('[L1] writes what options say into the entry', async () => {
    const options = [
      ['--name', 'Nightly jobs'],
      ['--expires', '2027-12-31'],
      ['--tiers', 'flex, default'],
      ['--default-tier', 'flex'],
      ['--max-bits', '6.5'],
      ['--requests-per-minute', '60'],
      ['--tokens-per-day', '1000000'],
      ['--concurrency', '4'],
    ].flat();
    const { out } = await quept(['keys', 'create', 'ci', '--json', ...options]);
    expect(JSON.parse(out)).toMatchObject({
      key: expect.stringMatching(/^quept_/),
      file: null,
      entry: {
        id: 'ci',
        name: 'Nightly jobs',
        expires: '2027-12-31',
        tiers: ['flex', 'default'],
        defaultTier: 'flex',
        maxBits: 6.5,
        requestsPerMinute: 60,
        tokensPerDay: 1_000_000,
        concurrency: 4,
      },
    });
  });

  it('adds to a file that it makes readable for its owner alone, and leaves other entries as they are', async () => {
    const first = JSON.parse((await quept(['keys', 'create', 'a', '--add', file, '--json'])).out);
    expect(statSync(file).mode & 0o077).toBe(0);
    const inFolder = join(folder, 'keys', 'keys.json');
    expect((await quept(['keys', 'create', 'a', '--add', inFolder])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(inFolder, 'utf8')).keys).toHaveLength(1);
    await rm(join(folder, 'keys'), { recursive: true });
    const second = await quept(['keys', 'create', 'b', '--add', file, '--tiers', 'flex']);
    expect(second.out).toContain(file);
    const { keys } = JSON.parse(readFileSync(file, 'utf8'));
    expect(keys).toEqual([first.entry, { id: 'b', hash: expect.any(String), tiers: ['flex'] }]);
    expect(readFileSync(file, 'utf8')).not.toContain(first.key);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it.each([
    [['a b'], 'keys[0].id'],
    [['a', '--tiers', 'gold'], 'keys[0].tiers[0]'],
    [['a', '--requests-per-minute', 'many'], 'keys[0].requestsPerMinute'],
    [['a', '--expires', 'soon'], 'keys[0].expires'],
  ])('[L2] refuses %j', async (args, fault) => {
    const { exitCode, out, err } = await quept(['keys', 'create', ...args, '--add', file]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(fault);
    expect(existsSync(file)).toBe(false);
  });

  it('changes nothing where the id is taken or the file is at fault', async () => {
    await quept(['keys', 'create', 'a', '--add', file]);
    const before = readFileSync(file, 'utf8');
    expect(await quept(['keys', 'create', 'a', '--add', file])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining("two keys have the id 'a'"),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, 'no JSON');
    expect((await quept(['keys', 'create', 'b', '--add', file])).exitCode).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('no JSON');
  });
});

describe('quept keys hash', () => {
  it('tells the hash of a key on standard input', async () => {
    const key = createSecret();
    const { out } = await quept(['keys', 'hash'], `${key}\n`);
    const ring = new KeyRing(parseKeys([{ id: 'own', hash: out.trim() }], 'test'));
    expect(ring.find(key)?.id).toBe('own');
    // echo -n abc… | sha256sum
    expect((await quept(['keys', 'hash'], 'a'.repeat(32))).out).toBe(
      'sha256:3ba3f5f43b92602683c19aee62a20342b084dd5971ddd33808d81a328879a547\n',
    );
  });

  it.each(['', 'password', 'a'.repeat(31), `${'a'.repeat(20)} ${'b'.repeat(20)}`])(
    'refuses %j, which could be guessed or is none',
    async (input) => {
      const { exitCode, out, err } = await quept(['keys', 'hash'], input);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toContain('at least 32 characters');
    },
  );
});

describe('quept keys', () => {
  it('shows its commands', async () => {
    const { out, exitCode } = await quept(['keys', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/create .*\n.*hash /);
    expect((await quept(['keys', 'create', '--help'])).out).toContain('$ quept keys create ci');
    expect((await quept(['keys', 'revoke'])).exitCode).toBe(2);
  });
});
