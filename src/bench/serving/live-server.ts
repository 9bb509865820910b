import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface LiveServer {
  readonly url: URL;
  /** Name of the served model. */
  readonly model: string;
  readonly contextLength: number;
  stop(): Promise<void>;
}

/** Starts `quept serve` as a process of its own and resolves when it is ready. Rejects when it ends before that. */
export async function startLiveServer(args: readonly string[]): Promise<LiveServer> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), 'serve', '--json', '--port', '0', '--log-level', 'warn', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // A bench that is interrupted leaves no server behind.
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      process.off('exit', killed);
      resolve();
    }),
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === '}') break;
  }
  const { url, model, contextLength, error } = JSON.parse(lines.join('\n') || '{}') as {
    url?: string;
    model?: string;
    contextLength?: number;
    error?: unknown;
  };
  if (url === undefined || model === undefined || contextLength === undefined || error !== undefined) {
    await ended;
    throw new Error('the server did not start');
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url: new URL(url), model, contextLength, stop };
}
