import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newKey, withKey } from '../support/api-key.ts';
import { freePort, type PrometheusServer, startPrometheus } from '../support/prometheus-server.ts';
import { hasProgram, NEEDS_PROMETHEUS } from '../support/promtool.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));
const RULE_FILES = ['recording', 'alerts'].map((name) => pathOf(`prometheus/rules/quept-${name}.yml`));

interface Answer {
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  readonly precision: {
    readonly switches: number;
    readonly configs: readonly { readonly id: string; readonly tokens: number }[];
  };
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

let artefact: TinyArtefact;
let folder: string;
let server: ServerProcess;
let prometheus: PrometheusServer | null = null;
/** What clients were told by the answers that they got. */
let answers: Answer[] = [];

const app = newKey('app', {});
const once = newKey('once', { requestsPerMinute: 1 });

function ask(path: string, secret: string, fields: object, headers = {}): Promise<Response> {
  return fetch(`${server.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...withKey(secret), ...headers },
    body: JSON.stringify({ model: 'tiny', temperature: 0, ...fields }),
  });
}

/** The last chunk of a stream but the mark of its end has what a whole answer has. */
async function streamed(response: Response): Promise<Answer> {
  const frames = (await response.text()).split('\n\n').filter((frame) => frame.startsWith('data: {'));
  return JSON.parse(frames.at(-1)?.slice('data: '.length) ?? '');
}

const whole = async (response: Response): Promise<Answer> => (await response.json()) as Answer;

/** Long answers of a low tier, then a crowd with targets that nobody can meet, so that precision is given up. */
async function load(): Promise<Answer[]> {
  const stream = { stream: true, stream_options: { include_usage: true } };
  const chat = { messages: [{ role: 'user', content: 'the cat' }] };
  const long = [200, 200, 200].map((max_tokens) =>
    ask('completions', app.secret, { prompt: 'the cat', max_tokens, service_tier: 'flex', ...stream }).then(
      streamed,
    ),
  );
  const crowd = Array.from({ length: 12 }, (_, i) =>
    ask(
      'chat/completions',
      app.secret,
      { ...chat, max_tokens: 10 + i, ...(i % 2 === 0 && stream) },
      { 'x-slo-ttft-ms': '1', 'x-slo-tpot-ms': '0.01' },
    ).then(i % 2 === 0 ? streamed : whole),
  );
  return Promise.all([...long, ...crowd]);
}

beforeAll(async () => {
  if (!(await hasProgram('prometheus'))) return;
  const metricsPort = await freePort();
  prometheus = await startPrometheus({ target: metricsPort, ruleFiles: RULE_FILES });
  folder = await mkdtemp(join(tmpdir(), 'quept-dashboard-'));
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify({ keys: [app.entry, once.entry] }));
  artefact = await writeTinyArtefact({ contextLength: 256 });
  const flags = ['--slots', '4', '--policy', 'slo', '--keys', keys, '--metrics-port', `${metricsPort}`];
  server = await spawnServer(artefact.directory, flags);
  answers = [
    ...(await load()),
    await ask('completions', once.secret, { prompt: 'a', max_tokens: 3 }).then(whole),
  ];
  const refused = await Promise.all([
    ask('completions', once.secret, { prompt: 'a', max_tokens: 3 }),
    ask('completions', 'sk-nobodys', { prompt: 'a' }),
    ask('completions', app.secret, { prompt: 'a', precision: 'q3' }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([429, 401, 400]);
});

afterAll(async () => {
  await prometheus?.stop();
  await server?.kill();
  await artefact?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

describe('Prometheus, beside a loaded server', () => {
  it('[O3] counts exactly what clients were told', async (context) => {
    if (prometheus === null) return context.skip(NEEDS_PROMETHEUS);
    const sum = (of: (answer: Answer) => number) => answers.reduce((total, each) => total + of(each), 0);
    const tokens = sum(({ usage }) => usage.completion_tokens);
    await prometheus.untilFound(`vllm:generation_tokens_total == ${tokens}`);
    // Some counters move when the last bytes have left.
    const scrapes = Number((await prometheus.query('count_over_time(up[1h])'))[0]?.value[1]);
    await prometheus.untilFound(`count_over_time(up[1h]) >= ${scrapes + 2}`);
    const count = async (query: string) => Number((await prometheus?.query(`sum(${query})`))?.[0]?.value[1]);
    expect(await count('vllm:prompt_tokens_total')).toBe(sum(({ usage }) => usage.prompt_tokens));
    for (const query of [
      'vllm:request_success_total{finished_reason="length"}',
      'vllm:time_to_first_token_seconds_count',
      'vllm:e2e_request_latency_seconds_count',
      'quept_precision_level_count',
      'quept_slo_attainment_total{slo="all"}',
    ])
      expect([query, await count(query)]).toEqual([query, answers.length]);
    expect(await count('vllm:inter_token_latency_seconds_count')).toBe(tokens - answers.length);
    expect(await count('quept_precision_switches_total')).toBe(sum(({ precision }) => precision.switches));
    for (const config of ['q4', 'q8']) {
      const made = ({ precision }: Answer) => precision.configs.find(({ id }) => id === config)?.tokens ?? 0;
      expect(await count(`quept_tokens_total{config="${config}"}`)).toBe(sum(made));
    }
    expect(await count('quept_key_tokens_total')).toBe(
      sum(({ usage }) => usage.prompt_tokens + usage.completion_tokens),
    );
  });

  it('[O4] finds something for every panel of the dashboard', async (context) => {
    if (prometheus === null) return context.skip(NEEDS_PROMETHEUS);
    const dashboard = JSON.parse(readFileSync(pathOf('grafana/dashboards/quept.json'), 'utf8'));
    const panels = (dashboard.panels as readonly Panel[]).filter(({ targets }) => targets !== undefined);
    // A rate needs two scrapes.
    let empty = panels.map(({ title }) => title);
    for (let tries = 0; tries < 100 && empty.length > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      empty = await emptyPanels(prometheus, panels);
    }
    expect(empty).toEqual([]);
    expect(panels.length).toBeGreaterThan(20);
  });

  it('[O4] evaluates every rule, and knows every series that one names', async (context) => {
    if (prometheus === null) return context.skip(NEEDS_PROMETHEUS);
    const recorded = RULE_FILES.flatMap(recordsOf);
    await prometheus.untilFound(`${recorded.at(-1)}`);
    const { groups } = (await prometheus.ask('rules')) as {
      groups: readonly {
        rules: readonly { name: string; query: string; health: string; lastError?: string }[];
      }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
    const known = new Set([...recorded, ...((await prometheus.ask('label/__name__/values')) as string[])]);
    const unknown = rules.flatMap(({ name, query }) =>
      [...query.matchAll(/\b(?:vllm:|quept_|process_|nodejs_|model:|model_tier:)[\w:]+/g)]
        .filter(([series]) => !known.has(series))
        .map(([series]) => `${name}: ${series}`),
    );
    expect(unknown).toEqual([]);
    expect(rules.length).toBeGreaterThan(20);
  });
});

/** Panels and queries that find nothing. */
async function emptyPanels(prometheus: PrometheusServer, panels: readonly Panel[]): Promise<string[]> {
  const empty: string[] = [];
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets)
      if ((await prometheus.query(filled(expr))).length === 0) empty.push(`${title}: ${expr}`);
  }
  return empty;
}

/** An expression as Grafana sends it. */
function filled(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$(model|instance)\b/g, '.*');
}

function recordsOf(path: string): string[] {
  const { groups } = parse(readFileSync(path, 'utf8')) as { groups: { rules: { record?: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
}
