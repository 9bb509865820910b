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

/** What the model at `url` says to one message, greedily at its highest precision. */
async function answerOf(url: string, content: string): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'default',
      messages: [{ role: 'user', content }],
      temperature: 0,
      precision: 8,
      max_tokens: 60,
    }),
  });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
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

  it('alone serves the model that comes with the package, which knows its name and can add', async () => {
    const server = npm('start', '--', '--port', '0');
    const url = await server.waitFor(/^Serving quept-small .* at (http:\S+)\/v1/m);
    try {
      expect(await answerOf(url, 'What is your name?')).toContain('quept-small');
      expect(await answerOf(url, 'What is 23 + 45?')).toContain('68');
    } finally {
      process.kill(server.pid, 'SIGTERM');
      expect(await server.closed).toEqual([0, null]);
    }
  });

  it('[L2] keeps the exit code of wrong usage and says what to do', async () => {
    const server = npm('start', '--', '--model', artefact.directory, '--port', 'high');
    expect(await server.closed).toEqual([2, null]);
    expect(server.said()).toMatch(/^quept: .*--port/m);
  });
});
