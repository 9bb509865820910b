import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let artefact: TinyArtefact;
beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 128 });
});
afterAll(() => artefact.remove());

/** Starts npm in a process group of its own, as a terminal does. */
function npm(...args: string[]) {
  const child = spawn('npm', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const waitFor = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(said);
      if (match) return match[1] ?? '';
      if (child.exitCode !== null) throw new Error(`npm ended early:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { pid: child.pid as number, closed, waitFor, said: () => said };
}

describe('npm start', () => {
  it.each([
    ['SIGTERM to npm, as a supervisor sends it', 'SIGTERM', 1],
    ['Ctrl-C, which signals the whole group', 'SIGINT', -1],
  ] as const)('[L4] serves, and ends in order on %s', async (_, signal, group) => {
    const server = npm('start', '--', '--model', artefact.directory, '--port', '0');
    const url = await server.waitFor(/at (http:\S+)\/v1/);
    const response = fetch(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'default', prompt: 'a', max_tokens: 60, stream: true }),
    });
    const answer = await response;
    process.kill(group * server.pid, signal);
    expect(await answer.text()).toContain('data: [DONE]');
    expect(await server.closed).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('[L2] keeps the exit code of wrong usage and says what to do without a model', async () => {
    const server = npm('start');
    expect(await server.closed).toEqual([2, null]);
    expect(server.said()).toMatch(/^quept: no model given\. .*quantize/m);
  });
});
