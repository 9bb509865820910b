import { execFile } from 'node:child_process';
import { openSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_PROC, NO_PROC, openDescriptors, processorSeconds } from '../support/child-processes.ts';
import { ask } from '../support/plain-client.ts';
import { type ServerProcess, type SpawnOptions, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
let artefact: TinyArtefact;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 512 });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await artefact?.remove();
});

async function serve(args: readonly string[], options: SpawnOptions = {}): Promise<ServerProcess> {
  const server = await spawnServer(artefact.directory, args, options);
  servers.push(server);
  return server;
}

const complete = ({ url }: ServerProcess, tokens = 3) =>
  ask(`${url}/v1/completions`, { body: { model: 'default', prompt: 'the cat', max_tokens: tokens } });
const isReady = async ({ url }: ServerProcess) => (await ask(`${url}/health/ready`)).status === 200;
const occurrences = (text: string, part: string) => text.split(part).length - 1;

/** Connections that say nothing; closed ones are counted. */
function crowd(server: ServerProcess, size: number) {
  const state = { sockets: [] as Socket[], refused: 0 };
  for (let i = 0; i < size; i++) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => state.refused++);
    state.sockets.push(socket);
  }
  const leave = (): void => {
    for (const socket of state.sockets) socket.destroy();
  };
  return { state, leave };
}

describe.concurrent('a disk', { timeout: 60_000 }, () => {
  it('[F4] that is full ends the recording and delays the log, and nothing else', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'quept-full-'));
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).catch(() => null);
    if (mounted === null) {
      await rm(folder, { recursive: true });
      return context.skip('needs the right to mount a small file system');
    }
    try {
      const [recording, log] = [join(folder, 'run.jsonl'), join(folder, 'log')];
      const server = await serve(['--record', recording], { stderr: openSync(log, 'a') });
      // The recording shares the disk with the log, which is told that it ended when there is no room to say so.
      await until(async () => {
        await complete(server, 60);
        return statfsSync(folder).bavail === 0;
      }, 'a full disk');
      for (let i = 0; i < 20; i++) expect(await complete(server)).toMatchObject({ status: 200 });
      const lines = readFileSync(recording, 'utf8').split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.length).toBeGreaterThan(10);
      for (const line of lines) JSON.parse(line);
      rmSync(recording);
      await until(() => readFileSync(log, 'utf8').includes('has ended: writing failed'), 'the log going on');
      expect(readFileSync(log, 'utf8')).toMatch(/ENOSPC/);
      server.child.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      for (const line of readFileSync(log, 'utf8').trimEnd().split('\n'))
        expect(() => JSON.parse(line), line).not.toThrow();
    } finally {
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    }
  });

  it('[F4] that takes no line of the log from the start on', async (context) => {
    if (!HAS_PROC) return context.skip(NO_PROC);
    const server = await serve([], { stderr: openSync('/dev/full', 'w') });
    for (let i = 0; i < 5; i++) expect(await complete(server)).toMatchObject({ status: 200 });
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});

describe.concurrent('file descriptors', { timeout: 60_000 }, () => {
  it('[F5] that are few bound the connections, and leave enough to replace the engine', async (context) => {
    if (!HAS_PROC) return context.skip(NO_PROC);
    const server = await serve([], { prelude: 'ulimit -n 256' });
    const { state, leave } = crowd(server, 300);
    await until(() => state.refused === 300 - (256 - 64), 'refused connections');
    await until(() => server.stderr().includes('as many are open as may be'), 'a word about it');
    const engine = server.enginePid();
    process.kill(engine, 'SIGKILL');
    await until(() => server.enginePid() !== engine, 'another engine');
    expect(occurrences(server.stderr(), 'as many are open as may be')).toBeLessThan(4);
    leave();
    await until(async () => (await complete(server)).status === 200, 'an answer');
  });

  it('[F5] that are all gone are borne until there are some again', async (context) => {
    if (!HAS_PROC) return context.skip(NO_PROC);
    const server = await serve([]);
    const pid = server.child.pid ?? 0;
    const limit = openDescriptors(pid) + 10;
    await run('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);
    const { state, leave } = crowd(server, 200);
    await until(() => state.refused > 150, 'refused connections');
    const engine = server.enginePid();
    process.kill(engine, 'SIGKILL');
    const before = processorSeconds(pid);
    await until(() => occurrences(server.stderr(), 'EMFILE') >= 3, 'three starts of an engine in vain');
    // They lie more than a second apart; one that spins would have used all of it.
    expect(processorSeconds(pid) - before).toBeLessThan(0.8);
    expect(server.child.exitCode).toBeNull();
    leave();
    await until(() => isReady(server), 'a ready server', 40_000);
    expect(await complete(server)).toMatchObject({ status: 200 });
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});
