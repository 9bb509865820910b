import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One series of an answer: its labels, and time and value of the newest sample. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A Prometheus that scrapes one server again and again. */
export interface PrometheusServer {
  /** What it knows of `query` now. Throws what it objects to. */
  query(query: string): Promise<Sample[]>;
  /** What it knows of `query`, once that is something. */
  untilFound(query: string): Promise<Sample[]>;
  /** `data` of another of its answers: `rules`, `label/__name__/values`. */
  ask(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

interface PrometheusOptions {
  /** Port of 127.0.0.1 with the metrics. */
  readonly target: number;
  readonly ruleFiles?: readonly string[];
}

/** Starts Debian's Prometheus. It takes some seconds until it scrapes for the first time. */
export async function startPrometheus({
  target,
  ruleFiles = [],
}: PrometheusOptions): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-prometheus-'));
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  const job = {
    job_name: 'quept',
    scrape_interval: '200ms',
    scrape_timeout: '200ms',
    static_configs: [{ targets: [`127.0.0.1:${target}`] }],
  };
  // JSON is YAML too.
  const settings = {
    global: { evaluation_interval: '500ms' },
    rule_files: ruleFiles,
    scrape_configs: [job],
  };
  await writeFile(config, JSON.stringify(settings));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data?: unknown; error?: string };
    if (error !== undefined) throw new Error(`Prometheus refuses ${decodeURIComponent(path)}: ${error}`);
    return data;
  };
  const query = async (text: string): Promise<Sample[]> => {
    const data = await ask(`query?query=${encodeURIComponent(text)}`);
    return (data as { result: Sample[] }).result;
  };
  return {
    ask,
    query,
    async untilFound(text) {
      for (;;) {
        const found = await query(text).catch(() => []);
        if (found.length > 0) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port of 127.0.0.1 that nobody has. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
