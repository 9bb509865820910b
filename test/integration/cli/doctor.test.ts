import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRedis } from '../../../src/cli/doctor/check-redis.ts';
import { checkRuntime } from '../../../src/cli/doctor/check-runtime.ts';
import { NEEDS_REDIS, startRedis } from '../../support/redis-server.ts';
import { spawnCli } from '../../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../support/tiny-artefact.ts';

let artefact: TinyArtefact;
let folder: string;
let taken: Server;
let takenPort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-doctor-'));
  artefact = await writeTinyArtefact({ contextLength: 64 });
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = (taken.address() as AddressInfo).port;
});
afterAll(async () => {
  taken.close();
  await artefact.remove();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly failures: number;
  readonly findings: readonly { check: string; status: string; message: string; remedy: string | null }[];
}

async function doctor(...flags: string[]) {
  const cli = await spawnCli(['doctor', '--json', ...flags]);
  const { code } = await cli.exited;
  const told = JSON.parse(cli.stdout()) as Told;
  const found = (check: string) => told.findings.find((finding) => finding.check === check);
  return { code, told, found, err: cli.stderr() };
}

/** A module that a process runs, as the URL of its file. */
async function moduleOf(text: string): Promise<URL> {
  const path = join(folder, `${Math.abs(text.length)}.mjs`);
  await writeFile(path, text);
  return pathToFileURL(path);
}

describe('quept doctor', () => {
  it('[L2] ends with 0 where a server would run, and tells of all that it looked at', async () => {
    const { code, told, found, err } = await doctor('--port', '0', '--model', artefact.directory);
    expect([code, err, told.failures]).toEqual([0, '', 0]);
    expect(found('runtime')?.message).toMatch(/^ONNX Runtime \d.* loads and computes$/);
    expect(found('model')?.message).toMatch(/^tiny, format \d+, \d precisions: \d files match/);
    const checks = told.findings.map(({ check }) => check);
    for (const check of [
      'settings',
      'node',
      'processor',
      'threads',
      'memory',
      'clock',
      'descriptors',
      'port',
      'disk',
      'keys',
    ])
      expect(checks).toContain(check);
  });

  it('[L2] ends with 1 and tells every fault with its remedy', async () => {
    const keys = join(folder, 'keys.json');
    await writeFile(keys, '{"keys": [{"id": "a"}]}');
    const record = join(folder, 'run.jsonl');
    await writeFile(record, 'a run before\n');
    const damaged = await writeTinyArtefact({ contextLength: 64 });
    await writeFile(join(damaged.directory, 'tokenizer.json'), '{}');
    const { code, told, found } = await doctor(
      ...['--port', String(takenPort), '--model', damaged.directory, '--keys', keys, '--record', record],
      ...['--redis-url', `redis://:hunter2@127.0.0.1:${takenPort}`, '--otlp-endpoint', 'http://127.0.0.1:1'],
    );
    await damaged.remove();
    expect(code).toBe(1);
    for (const check of ['port', 'model', 'keys', 'disk']) {
      expect(found(check), check).toMatchObject({ status: 'fail', remedy: expect.any(String) });
    }
    expect(found('port')?.message).toContain('already in use');
    expect(found('model')?.message).toContain('tokenizer.json');
    // Served without.
    expect(found('traces')?.status).toBe('warn');
    expect(found('redis')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^it cannot be used: no (connection|answer)/),
    });
    expect(told.failures).toBe(4);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('takes settings at fault for one finding, and looks at the rest', async () => {
    const { code, found } = await doctor('--slots', '0');
    expect(code).toBe(1);
    expect(found('settings')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^slots: must be/),
    });
    expect(found('runtime')?.status).toBe('ok');
  });
});

it('a Redis is asked to run a script', async (context) => {
  const redis = await startRedis();
  if (redis === null) return context.skip(NEEDS_REDIS);
  try {
    expect(await checkRedis(redis.url)).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ answers and runs scripts$/),
    });
  } finally {
    await redis.stop();
  }
});

describe('a runtime that does not work', () => {
  it.each([
    ['ends its process', 'process.abort();', /SIGABRT/],
    [
      'cannot be loaded',
      "throw new Error('libonnxruntime.so: GLIBC_2.28 not found')",
      /GLIBC_2\.28 not found/,
    ],
    ['says nothing', '', /ended with code 0/],
    [
      'computes wrong',
      "process.send({ version: '9', isRight: false }); process.disconnect();",
      /wrong products/,
    ],
  ])('%s', async (_, text, message) => {
    expect(await checkRuntime(await moduleOf(text))).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(message),
    });
  });
});
