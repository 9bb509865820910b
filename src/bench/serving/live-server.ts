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
  /** Ids of the precision configs, best last. */
  readonly precisions: readonly string[];
  readonly grpcAddress: string | null;
  readonly pid: number;
  /** SIGTERM; resolves with the exit code at the end, null after a signal. */
  stop(): Promise<number | null>;
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
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      process.off('exit', killed);
      resolve(code);
    }),
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === '}') break;
  }
  const announced = JSON.parse(lines.join('\n') || '{}') as Partial<Omit<LiveServer, 'url'>> & {
    url?: string;
  };
  const { url, model, contextLength, precisions, grpcAddress = null, pid } = announced;
  if (!url || !model || !contextLength || !precisions || !pid) {
    await ended;
    throw new Error('the server did not start');
  }
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { url: new URL(url), model, contextLength, precisions, grpcAddress, pid, stop };
}
