import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Watch } from './watches.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRAPE_EVERY_MS = 1_000;

export interface WatchedServer {
  readonly url: URL;
  stop(): Promise<void>;
}

/** Starts `quept serve` with who watches it, and resolves when it is ready. */
export async function startWatchedServer(watch: Watch, serveArgs: readonly string[]): Promise<WatchedServer> {
  const collector = watch.traces ? await startCollector() : null;
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'dist/cli/main.js'),
      'serve',
      '--json',
      '--port',
      '0',
      '--log-level',
      watch.logs ? 'info' : 'silent',
      ...(watch.metrics ? [] : ['--metrics-port', 'off']),
      ...(collector === null ? [] : ['--otlp-endpoint', collector.url]),
      ...serveArgs,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // A log that nobody reads would hold the server up.
  child.stderr.resume();
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === '}') break;
  }
  const { url, metricsUrl } = JSON.parse(lines.join('\n') || '{}') as { url?: string; metricsUrl?: string };
  if (url === undefined) throw new Error('the server did not start');
  const stopScraping = metricsUrl ? scrape(metricsUrl) : () => {};
  return {
    url: new URL(url),
    stop: async () => {
      stopScraping();
      child.kill('SIGTERM');
      await ended;
      process.off('exit', killed);
      collector?.server.close();
    },
  };
}

function scrape(url: string): () => void {
  const timer = setInterval(() => {
    // One that fails shows in no rate.
    fetch(url)
      .then((response) => response.text())
      .catch(() => {});
  }, SCRAPE_EVERY_MS);
  return () => clearInterval(timer);
}

/** Takes traces, and does nothing with them. */
async function startCollector(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
