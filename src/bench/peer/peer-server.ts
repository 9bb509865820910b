import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { QueptError } from '../../core/index.ts';

/** A server under test. */
export interface RunningServer {
  readonly url: URL;
  readonly pid: number;
  stop(): Promise<unknown>;
}

const FOLDER = join('tools', 'peer-llama');

/** Throws QueptError `invalid_usage` where node-llama-cpp cannot be had. */
export function installPeer(root: string): void {
  const script = join(root, FOLDER, 'install.mjs');
  if (!existsSync(script))
    throw new QueptError(
      'invalid_usage',
      'tools/peer-llama is missing. Run the benchmark in a checkout of the repository.',
    );
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new QueptError(
    'invalid_usage',
    "node-llama-cpp could not be installed; npm's messages are above. It is set up for Linux on x64.",
  );
}

/** Starts `serve.mjs` of the peer and resolves when it is ready. Rejects when it ends before that. */
export async function startPeerServer(root: string, args: readonly string[]): Promise<RunningServer> {
  const child = spawn(process.execPath, [join(root, FOLDER, 'serve.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      process.off('exit', killed);
      resolve();
    }),
  );
  const stop = (): Promise<void> => {
    child.kill('SIGTERM');
    return ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, pid } = JSON.parse(line) as { readonly url: string; readonly pid: number };
    return { url: new URL(url), pid, stop };
  }
  await ended;
  throw new Error('the server of the peer did not start; its messages are above');
}
