import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newKey, withKey } from '../support/api-key.ts';
import { HAS_PROC, isAlive, NO_PROC } from '../support/child-processes.ts';
import { type ServerProcess, spawnCli, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Long enough that a greedy stream (which never ends by itself, see the artefact) outlasts any test here. */
const CONTEXT = 32_768;
const ENDLESS = {
  model: 'tiny',
  prompt: 'the cat',
  temperature: 0,
  max_tokens: 32_000,
  stream: true,
} as const;

let artefact: TinyArtefact;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: CONTEXT });
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});
afterAll(() => artefact?.remove());

async function serve(...args: string[]): Promise<{ server: ServerProcess; client: OpenAI }> {
  const server = await spawnServer(artefact.directory, args);
  servers.push(server);
  return { server, client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

/** Reads a stream to its end; `onChunk` is told how many chunks have come. */
async function readAll(
  stream: AsyncIterable<OpenAI.Completion>,
  onChunk: (count: number) => void = () => {},
): Promise<{ chunks: number; finishReason: string | null; error: unknown }> {
  let chunks = 0;
  let finishReason: string | null = null;
  try {
    for await (const chunk of stream) {
      finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
      onChunk(++chunks);
    }
  } catch (error) {
    return { chunks, finishReason, error };
  }
  return { chunks, finishReason, error: null };
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/health/ready`)).status === 200;

describe('cancellation', () => {
  it('frees the slot of a stream that its client leaves', async () => {
    const { server, client } = await serve('--slots', '1', '--max-waiting', '0');
    const next = () => client.completions.create({ model: 'tiny', prompt: 'a hat', max_tokens: 3 });
    const controller = new AbortController();
    const stream = await client.completions.create(ENDLESS, { signal: controller.signal });
    let busy: unknown;
    await readAll(stream, (count) => {
      if (count !== 3) return;
      busy = next().catch((error: unknown) => error);
      (busy as Promise<unknown>).finally(() => controller.abort());
    });
    expect(await busy).toMatchObject({ status: 503, code: 'overloaded' });
    // Had the slot not been freed, some 30,000 tokens would stand before this one.
    await until(async () => (await next().catch(() => null)) !== null, 'a free slot');
    expect(await isReady(server.url)).toBe(true);
  });
});

describe('the end', () => {
  it('takes the engine along when the server is killed', async () => {
    const { server, client } = await serve();
    const engine = server.enginePid();
    const stream = await client.completions.create(ENDLESS);
    await readAll(stream, (count) => {
      if (count === 3) server.child.kill('SIGKILL');
    });
    await until(async () => !isAlive(engine), 'the end of the engine');
  });
});

describe('the runtime', () => {
  it('[W4] sends nothing home and leaves nothing in the cache of its user', async (context) => {
    if (!HAS_PROC) return context.skip(NO_PROC);
    const home = await mkdtemp(join(tmpdir(), 'quept-home-'));
    try {
      const own = { HOME: home, XDG_CACHE_HOME: undefined };
      const unset = { ORT_DISABLE_TELEMETRY: undefined, ORT_RUNNING_UNIT_TESTS: undefined, CI: undefined };
      const server = await spawnServer(artefact.directory, [], { env: { ...own, ...unset } });
      servers.push(server);
      expect(await readdir(home)).toEqual([]);
      expect(server.stderr()).not.toMatch(/telemetry/i);
      const environment = await readFile(`/proc/${server.enginePid()}/environ`, 'utf8');
      expect(environment.split('\0')).toContain('ORT_DISABLE_TELEMETRY=1');
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('a supervisor', () => {
  it('may close its end of stdout, and have keys read again by SIGHUP', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quept-test-'));
    try {
      const keys = join(folder, 'keys.json');
      const [first, second] = [newKey('first', {}), newKey('second', {})];
      await writeFile(keys, JSON.stringify({ keys: [first.entry] }));
      const port = await freePort();
      const cli = await spawnCli([
        'serve',
        ...['--port', `${port}`, '--model', artefact.directory, '--keys', keys],
      ]);
      cli.child.stdout?.destroy();
      const models = async (secret: string) =>
        (await fetch(`http://127.0.0.1:${port}/v1/models`, { headers: withKey(secret) })).status;
      await until(() => cli.stderr().includes('the engine is ready'), 'a ready engine');
      expect([await models(first.secret), await models(second.secret)]).toEqual([200, 401]);
      await writeFile(keys, JSON.stringify({ keys: [first.entry, second.entry] }));
      cli.child.kill('SIGHUP');
      await until(() => cli.stderr().includes('SIGHUP: API keys loaded again'), 'a word about the keys');
      expect(await models(second.secret)).toBe(200);
      await writeFile(keys, '{');
      cli.child.kill('SIGHUP');
      await until(() => cli.stderr().includes('SIGHUP: the keys file is at fault'), 'a word about the file');
      expect(await models(first.secret)).toBe(200);
      cli.child.kill('SIGTERM');
      expect(await cli.exited).toEqual({ code: 0, signal: null });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a start that cannot succeed', () => {
  it('says so where there are too few file descriptors to load the program, or to start its engine', async () => {
    // Some versions of Node read modules side by side, and come to an end before others.
    const cli = await spawnCli(['serve', '--port', '0'], { prelude: 'ulimit -n 24' });
    expect(await cli.exited).toMatchObject({ code: 1 });
    expect(cli.stderr()).toMatch(
      /^quept: (too many open files; raise|The engine process could not .*EMFILE)/m,
    );
    expect(cli.stderr()).not.toMatch(/^ +at /m);
  });

  it('asks for a model where none came with the package, and says how to get one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quept-test-'));
    try {
      for (const name of ['dist', 'package.json'])
        await cp(join(ROOT, name), join(folder, name), { recursive: true });
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      const main = join(folder, 'dist', 'cli', 'main.js');
      const { code, stderr } = await promisify(execFile)(process.execPath, [main, 'serve']).catch(
        (fault) => fault,
      );
      expect(code).toBe(2);
      expect(stderr).toContain('quept quantize');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names what is wrong with the artefact', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quept-test-'));
    try {
      const none = await spawnCli(['serve', '--port', '0', '--model', folder]);
      expect(await none.exited).toMatchObject({ code: 1 });
      expect(none.stderr()).toContain('it has no quept.json');

      await cp(artefact.directory, folder, { recursive: true });
      const weights = join(folder, 'model.safetensors');
      const bytes = await readFile(weights);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await writeFile(weights, bytes);
      const damaged = await spawnCli(['serve', '--port', '0', '--model', folder]);
      expect(await damaged.exited).toMatchObject({ code: 1 });
      expect(damaged.stderr()).toContain('quept: model.safetensors');
      expect(damaged.stdout()).toBe('');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('[C2] names all that is missing or taken, the port too', async () => {
    const { server } = await serve();
    const port = new URL(server.url).port;
    const taken = ['serve', '--port', port];
    const cli = await spawnCli([...taken, '--model', artefact.directory]);
    expect((await cli.exited).code).toBe(2);
    expect(cli.stderr()).toMatch(
      new RegExp(`^quept: Cannot listen on 127.0.0.1:${port}: the port is already in use`),
    );

    const files = ['--model', '/none/model', '--record', '/none/run.jsonl', '--keys', '/none/keys.json'];
    const tls = ['--grpc-port', '0', '--grpc-tls-cert', '/none/cert.pem', '--grpc-tls-key', '/none/key.pem'];
    const worse = await spawnCli([...taken, ...files, ...tls, '--redis-url', 'http://:hunter2@a']);
    expect((await worse.exited).code).toBe(2);
    expect(worse.stderr().trimEnd().split('\n')).toEqual([
      'quept: the server cannot start:',
      expect.stringContaining('/none/model'),
      expect.stringContaining('record: /none/run.jsonl'),
      expect.stringContaining('grpcTlsCert /none/cert.pem'),
      expect.stringContaining('there is no file /none/keys.json'),
      expect.stringContaining('redisUrl: must be a URL'),
      expect.stringContaining(`127.0.0.1:${port}`),
    ]);
    expect(worse.stderr()).not.toContain('hunter2');
  });
});
