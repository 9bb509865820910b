import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { freePort, type PrometheusServer, startPrometheus } from '../support/prometheus-server.ts';
import { hasProgram, NEEDS_PROMETHEUS, promtoolObjections } from '../support/promtool.ts';
import { type ServerProcess, spawnCli, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

/** One server that has answered a few requests, one of which waited for the only slot. */
let artefact: TinyArtefact;
let server: ServerProcess;
let folder: string;
let recording: string;
let scraper: PrometheusServer | null = null;

const [promtool, prometheus] = await Promise.all([hasProgram('promtool'), hasProgram('prometheus')]);

async function complete(id: string, fields: object): Promise<Response> {
  const response = await fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: JSON.stringify({ model: 'tiny', prompt: 'the cat', temperature: 0, ...fields }),
  });
  await response.text();
  return response;
}

async function metrics(): Promise<string> {
  return (await fetch(String(server.announced.metricsUrl))).text();
}

/** The value of one series, by its name and one of its labels. */
function seriesValue(text: string, name: string, label = ''): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(label));
  return Number(line?.split(' ').at(-1));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-observe-'));
  recording = join(folder, 'run.jsonl');
  const metricsPort = await freePort();
  // It takes some seconds until it scrapes for the first time.
  if (prometheus) scraper = await startPrometheus({ target: metricsPort });
  artefact = await writeTinyArtefact({ contextLength: 256 });
  const flags = [
    '--slots',
    '1',
    '--policy',
    'slo',
    '--metrics-port',
    `${metricsPort}`,
    '--record',
    recording,
  ];
  server = await spawnServer(artefact.directory, flags);
  await Promise.all([
    complete('first', { max_tokens: 40 }),
    complete('second', { max_tokens: 5, precision: 'q4', service_tier: 'flex' }),
  ]);
  await complete('twice', { prompt: ['a', 'the hat'], max_tokens: 2 });
  await complete('wrong', { precision: 'q3' });
});

afterAll(async () => {
  await scraper?.stop();
  await server?.kill();
  await artefact?.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('an operator', () => {
  it('sees in the metrics what was served, and how', async () => {
    const text = await metrics();
    expect(seriesValue(text, 'vllm:request_success_total', 'finished_reason="length"')).toBe(4);
    expect(seriesValue(text, 'vllm:generation_tokens_total')).toBe(49);
    expect(seriesValue(text, 'quept_tokens_total', 'config="q4"')).toBeGreaterThanOrEqual(5);
    expect(seriesValue(text, 'vllm:time_to_first_token_seconds_count')).toBe(4);
    expect(seriesValue(text, 'vllm:inter_token_latency_seconds_count')).toBe(45);
    expect(seriesValue(text, 'vllm:request_queue_time_seconds_count')).toBe(4);
    expect(seriesValue(text, 'vllm:request_decode_time_seconds_count')).toBe(4);
    expect(seriesValue(text, 'vllm:num_requests_running')).toBe(0);
    expect(seriesValue(text, 'quept_cost_model_error_ratio', 'phase="decode"')).toBeGreaterThan(0);
    expect(
      seriesValue(text, 'quept_step_time_vs_predicted_ratio_count', 'phase="prefill"'),
    ).toBeGreaterThanOrEqual(4);
    expect(seriesValue(text, 'quept_machine_slowness_ratio')).toBeGreaterThan(0);
    const steps = [...text.matchAll(/quept_step_seconds_count\{.*phase="decode".*\} (\d+)/g)];
    expect(steps.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(45);
    const judged = ['true', 'false'].map((met) =>
      ['default', 'flex'].map((tier) =>
        Number(new RegExp(`tier="${tier}",slo="all",met="${met}".*\\} (\\d+)`).exec(text)?.[1]),
      ),
    );
    expect(judged.map((byTier) => byTier[1]).sort()).toEqual([0, 1]);
    expect(judged.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(text).toMatch(/vllm:prompt_tokens_total\{model_name="tiny"\} [1-9]/);
    expect(seriesValue(text, 'quept_event_loop_lag_seconds_count')).toBeGreaterThan(0);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });

  it('[O2] has metrics that promtool accepts', async (context) => {
    if (!promtool) context.skip(NEEDS_PROMETHEUS);
    expect(await promtoolObjections(await metrics())).toEqual([]);
  });

  it('[O2] can have them scraped by Prometheus', async (context) => {
    if (scraper === null) return context.skip(NEEDS_PROMETHEUS);
    expect(await scraper.untilFound('vllm:generation_tokens_total == 49')).toEqual([
      {
        metric: expect.objectContaining({ model_name: 'tiny', job: 'quept' }),
        value: [expect.anything(), '49'],
      },
    ]);
  });

  it('can ask why a request was served as it was', async () => {
    const ask = async (id: string) => {
      const response = await fetch(`${server.url}/v1/requests/${id}/decisions`);
      return { status: response.status, body: (await response.json()) as Told };
    };
    const [first, second, twice] = await Promise.all(['first', 'second', 'twice'].map(ask));
    expect(first?.status).toBe(200);
    const waited = [first, second].find((told) => told?.body.data[0]?.decisions[0]?.action === 'wait');
    expect(waited?.body.data[0]?.decisions.find(({ action }) => action !== 'wait')).toMatchObject({
      action: 'prefill',
      admitted: true,
    });
    const pinned = second?.body.data[0];
    expect(pinned).toMatchObject({ service_tier: 'flex', omitted: 0, id: expect.stringMatching(/^cmpl-/) });
    const decodes = pinned?.decisions.filter(({ action }) => action === 'decode') ?? [];
    expect(decodes.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(4);
    expect(decodes.every(({ precision, reason }) => precision === 'q4' && reason?.includes('pinned'))).toBe(
      true,
    );
    expect(twice?.body.data.map(({ id }) => id.slice(-2))).toEqual(['-0', '-1']);
    expect((await ask('wrong')).status).toBe(404);
    expect((await ask('never')).status).toBe(404);
  });

  it('[O1] can replay the recorded run to the same plans, and is told where others begin to differ', async () => {
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const same = await quept('replay', recording, '--json');
    expect(same.exitCode).toBe(0);
    const report = JSON.parse(same.out);
    expect(report).toMatchObject({
      identical: true,
      policy: 'slo',
      batching: 'deadline',
      runs: 1,
      difference: null,
    });
    expect(report.steps).toBeGreaterThanOrEqual(49);

    const lines = (await readFile(recording, 'utf8')).trimEnd().split('\n');
    const altered = join(folder, 'altered.jsonl');
    const at = lines.findIndex((line) => line.includes('"prefill":{'));
    await writeFile(
      altered,
      lines.with(at, (lines[at] ?? '').replace(/"tokens":\d+/, '"tokens":77')).join('\n'),
    );
    const other = await quept('replay', altered);
    expect(other.exitCode).toBe(1);
    expect(other.err).toBe('');
    expect(other.out).toContain(`(line ${at + 1})`);
    expect(other.out).toMatch(/recorded: .*"tokens":77/);

    await writeFile(altered, `${lines.slice(0, 3).join('\n')}\n${lines[3]?.slice(0, 40)}`);
    expect(await quept('replay', altered)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('altered.jsonl: line 4: not JSON'),
    });
    expect((await quept('replay', join(folder, 'none'))).err).toContain('no such file');
  });

  it('does not lose a recording to the next start', async () => {
    const before = await readFile(recording, 'utf8');
    const cli = await spawnCli([
      'serve',
      '--model',
      artefact.directory,
      '--port',
      '0',
      '--record',
      recording,
    ]);
    expect((await cli.exited).code).toBe(2);
    expect(cli.stderr()).toContain('run.jsonl exists and is not written over');
    expect(await readFile(recording, 'utf8')).toBe(before);
  });
});

interface Told {
  readonly data: readonly {
    readonly id: string;
    readonly decisions: readonly {
      action: string;
      precision: string | null;
      tokens: number;
      reason: string | null;
    }[];
  }[];
}

async function quept(...args: string[]) {
  const said = { out: '', err: '' };
  const exitCode = await runCli(args, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
  });
  return { exitCode, ...said };
}
