import { type ChildProcess, spawn } from 'node:child_process';
import { builtModule } from './built-cli.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A `quept` process as its operator sees it. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<ExitStatus>;
  stdout(): string;
  stderr(): string;
}

/** A `quept serve` that has said that it is ready. */
export interface ServerProcess extends CliProcess {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** What `serve --json` printed. */
  readonly announced: Readonly<Record<string, unknown>>;
  /** Process id of the engine that became ready last, from the log. */
  enginePid(): number;
  /** Ends the process if it still runs, without ceremony. */
  kill(): Promise<void>;
}

export interface SpawnOptions {
  /** Set, or with undefined taken away, in the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Of the shell that becomes the process: run before it. */
  readonly prelude?: string;
  /** A file descriptor in the place of the pipe that collects what is said. */
  readonly stderr?: number;
}

/** Far beyond what a start takes. */
const READY_MS = 120_000;

/** Starts the compiled command line with `args`. */
export async function spawnCli(args: readonly string[], options: SpawnOptions = {}): Promise<CliProcess> {
  const { env, prelude, stderr = 'pipe' } = options;
  const command = [process.execPath, await builtModule('cli/main.js'), ...args];
  const [file, ...rest] =
    prelude === undefined ? command : ['/bin/sh', '-c', `${prelude}; exec "$@"`, 'sh', ...command];
  const child = spawn(file as string, rest, {
    stdio: ['ignore', 'pipe', stderr],
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, exited, stdout: () => output.stdout, stderr: () => output.stderr };
}

/** Starts `quept serve` on a free port with the artefact in `model`, and waits until it is ready. */
export async function spawnServer(
  model: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<ServerProcess> {
  const cli = await spawnCli(['serve', '--json', '--port', '0', '--model', model, ...args], options);
  const announced = await Promise.race([
    announcement(cli),
    cli.exited.then(({ code }) => {
      throw new Error(`serve ended with code ${code} before it was ready:\n${cli.stderr()}`);
    }),
  ]);
  // A start that failed ends with a document too.
  if (typeof announced.url !== 'string') throw new Error(`serve did not start:\n${cli.stdout()}`);
  return {
    ...cli,
    url: announced.url,
    announced,
    enginePid: () => Number([...cli.stderr().matchAll(/"enginePid":(\d+)/g)].at(-1)?.[1]),
    kill: async () => {
      cli.child.kill('SIGKILL');
      await cli.exited;
    },
  };
}

/** The one JSON document on stdout. */
async function announcement(cli: CliProcess): Promise<Record<string, unknown>> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const text = cli.stdout();
    if (text.trimEnd().endsWith('}')) return JSON.parse(text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  cli.child.kill('SIGKILL');
  throw new Error(`serve was not ready within ${READY_MS} ms:\n${cli.stderr()}`);
}
