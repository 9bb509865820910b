import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseResult } from '../../../src/bench/index.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { endpointResult, openResult, STEADY } from '../../support/bench-result.ts';
import { type PacedAnswer, type PacedServer, startPacedServer } from '../../support/paced-server.ts';

const SECRET = 'sk-a-secret-that-nobody-else-hears';
const quick: PacedAnswer = (reply) => reply.paced({ firstMs: 5, gapMs: 1, chunks: 3 });

let folder: string;
let server: PacedServer;
let answer: PacedAnswer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-bench-'));
  server = await startPacedServer((...given) => answer(...given));
});
beforeEach(() => {
  answer = quick;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function bench(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli(['bench', ...args], {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  });
  return { exitCode, out: out.join(''), err: err.join('') };
}

const open = (...args: string[]) => bench('open', '--url', server.url, ...args);

function wordsOf(messages: unknown): number {
  return (messages as readonly { content: string }[])[0]?.content.split(' ').length ?? 0;
}

async function file(name: string, content: string | object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}

describe('quept bench open', () => {
  it('measures a server that knows nothing but the API, and writes what came of it', async () => {
    const [out, html] = [join(folder, 'result.json'), join(folder, 'report.html')];
    const {
      exitCode,
      out: text,
      err,
    } = await open(
      ...['--rate', '40', '--seconds', '0.5', '--warmup', '0.1', '--arrivals', 'constant'],
      ...['--prompt-tokens', '20', '--output-tokens', '3', '--ttft', '5000', '--label', 'paced one'],
      ...['--out', out, '--html', html],
    );
    expect([exitCode, err.includes('quept:')]).toEqual([0, false]);
    expect(text).toMatch(/^paced one: paced at http:\/\/127\.0\.0\.1:\d+\/$/m);
    expect(text).toMatch(/^met all targets +100\.0 %$/m);
    expect(text).toMatch(/^prompt, mean tokens +20\.0$/m);
    expect(err).toMatch(/^loading: 100 % {2}24 requests of 24 requests/m);
    const result = parseResult(await readFile(out, 'utf8'), out);
    if (result.kind !== 'open') throw new Error('it is of the open loop');
    expect(result).toMatchObject({
      label: 'paced one',
      interrupted: false,
      target: { model: 'paced', ladder: null, contextLength: null },
      settings: { arrivals: 'constant', seconds: 0.5, 'prompt-tokens-by': 'counted' },
    });
    expect(result.runs[0]).toMatchObject({ scheduled: 20, met: 20, precision: null, qualityWeight: 1 });
    expect(result.runs[0]?.tokens).toMatchObject({ output: 60, countedBy: 'usage', promptMean: 20 });
    expect(await readFile(html, 'utf8')).toContain('<h1>paced one</h1>');
    // A result is replaced, and with it another text is not.
    expect((await open('--rate', '20', '--seconds', '0.1', '--warmup', '0', '--out', out)).exitCode).toBe(0);
    const readme = await file('notes.txt', 'mine');
    expect((await open('--rate', '1', '--out', readme)).err).toContain(
      `--out: ${readme} is there and is not a result of 'quept bench'`,
    );
  });

  it('[L1] prints the result as one document with --json, one run for each rate', async () => {
    const { out } = await open('--rates', '20,40', '--seconds', '0.3', '--warmup', '0', '--json');
    const result = parseResult(out, 'stdout');
    expect(result.runs.map((run) => ('scheduled' in run ? run.scheduled : null))).toEqual([6, 12]);
  });

  it('tells tiers and targets to the server', async () => {
    const before = server.calls.length;
    await open(
      ...[
        '--rate',
        '60',
        '--seconds',
        '0.5',
        '--warmup',
        '0',
        '--tiers',
        'priority:1,flex:1',
        '--endpoint',
        'completions',
      ],
      ...[
        '--ttft',
        '700',
        '--slo',
        'flex:9000:-',
        '--slo-headers',
        '--precision',
        'q4..q8',
        '--no-ignore-eos',
      ],
    );
    const calls = server.calls.slice(before);
    const headers = (tier: string) =>
      new Set(
        calls
          .filter(({ body }) => body.service_tier === tier)
          .map((call) => [call.headers['x-slo-ttft-ms'], call.headers['x-slo-tpot-ms']].join()),
      );
    expect([headers('priority'), headers('flex')]).toEqual([new Set(['700,']), new Set(['9000,'])]);
    expect(new Set(calls.map(({ path }) => path))).toEqual(new Set(['/v1/completions']));
    expect(calls[0]?.body).toMatchObject({ precision: 'q4..q8', temperature: 0 });
    expect(calls[0]?.body).not.toHaveProperty('ignore_eos');
  });

  it('replays a trace', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `2024-05-10 00:00:${String(i).padStart(2, '0')}.5,${10 + i},${1 + i}`,
    );
    const trace = await file('trace.csv', ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n'));
    const before = server.calls.length;
    const { exitCode } = await open('--trace', trace, '--speed', '40', '--seconds', '0.25', '--warmup', '0');
    expect(exitCode).toBe(0);
    // Two sent in the same moment may arrive in either order: each has its own connection.
    const rowsSent = server.calls
      .slice(before)
      .map(({ body }) => ({ asked: Number(body.max_tokens), words: wordsOf(body.messages) }))
      .sort((a, b) => a.asked - b.asked);
    expect(rowsSent.map(({ asked }) => asked)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Each answer's length came with its own row's prompt, which is as much longer.
    expect(new Set(rowsSent.map(({ asked, words }) => words - asked)).size).toBe(1);
  });

  it('tells what went wrong, by status', async () => {
    answer = (reply, call, index) =>
      index % 2 === 0 ? quick(reply, call, index) : Promise.resolve(reply.refuse(429, 'rate_limit_exceeded'));
    const { exitCode, out } = await open('--rate', '40', '--seconds', '0.5', '--warmup', '0');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^refused +10$/m);
    expect(out).toMatch(/^met all targets +50\.0 %$/m);
    expect(out).toContain('What went wrong:\n  40 requests/s: 10 × refused: 429 rate_limit_exceeded');
  });

  it('[B5] sends the key, and tells it nowhere', async () => {
    const key = await file('key.txt', `${SECRET}\n`);
    const [out, html] = [join(folder, 'keyed.json'), join(folder, 'keyed.html')];
    const { exitCode, ...told } = await open(
      ...[
        '--api-key-file',
        key,
        '--rate',
        '20',
        '--seconds',
        '0.2',
        '--warmup',
        '0',
        '--out',
        out,
        '--html',
        html,
      ],
    );
    expect(exitCode).toBe(0);
    expect(server.calls.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
    const written = await Promise.all([out, html].map((path) => readFile(path, 'utf8')));
    for (const text of [told.out, told.err, ...written]) expect(text).not.toContain(SECRET);
    const two = await file('two.txt', `${SECRET} ${SECRET}`);
    const refused = await open('--api-key-file', two, '--rate', '1');
    expect(refused.err).toContain(`--api-key-file: ${two} holds no key`);
    expect(refused.err).not.toContain(SECRET);
  });
});

describe('bad input', () => {
  const bad = async (args: readonly string[], message: string | RegExp) => {
    const { exitCode, out, err } = await bench(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/^quept: .*\.?\n$/m);
    expect(err).not.toMatch(/^ +at /m);
  };
  const at = () => ['open', '--url', server.url];

  it.each([
    ['a rate', [], '--rate: name how many requests come per second'],
    ['a trace', ['--arrivals', 'trace'], '--arrivals: name the trace with --trace'],
    ['one rate', ['--rate', '1', '--rates', '1,2'], '--rates: there is a --rate too'],
    [
      'gamma for a variation',
      ['--rate', '1', '--cv', '2', '--arrivals', 'poisson'],
      '--cv: it is for --arrivals gamma',
    ],
    ['tiers for their targets', ['--rate', '1', '--slo', 'flex:1:1'], '--slo: it is by tier'],
    ['targets to tell', ['--rate', '1', '--slo-headers'], '--slo-headers: there are no targets'],
    ['ascending rates', ['--rates', '2,1'], 'Give rates above 0, ascending'],
    ['lengths', ['--rate', '1', '--prompt-tokens', 'long'], "--prompt-tokens: 'long' is no length"],
    ['a trace for its speed', ['--rate', '1', '--speed', '2'], '--speed: it is for the times of a trace'],
    [
      'a variable that is set',
      ['--rate', '1', '--api-key-env', 'QUEPT_NO_SUCH'],
      '--api-key-env: there is no variable QUEPT_NO_SUCH',
    ],
    [
      'a model that is there',
      ['--rate', '1', '--model', 'other'],
      /--model: \S+ has no model 'other'\. It lists: paced\./,
    ],
  ])('wants %s', async (_, args, message) => {
    await bad([...at(), ...args], message);
  });

  it('names the line of a trace', async () => {
    const trace = await file(
      'bad.csv',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00,1,1\nnow,2,2\n',
    );
    await bad([...at(), '--trace', trace], `--trace: ${trace}: line 3: 'now' is no time`);
    await bad(
      [...at(), '--trace', join(folder, 'none.csv')],
      /--trace: \S+none\.csv cannot be read \(ENOENT\)/,
    );
  });

  it('says that nobody is there', async () => {
    const gone = await startPacedServer(quick);
    await gone.close();
    await bad(
      ['open', '--url', gone.url, '--rate', '1'],
      new RegExp(`--url: ${gone.url}/ cannot be reached \\(ECONNREFUSED\\)\\. Start the server there`),
    );
    await bad(['closed', '--url', 'localhost:8080'], "--url: 'localhost:8080' is no address");
    await bad(['closed'], "required option '--url <address>' not specified");
  });

  it('knows the endpoints', async () => {
    await bad(
      ['closed', '--url', server.url, '--endpoints', 'chat,images'],
      "--endpoints: 'images' is none of chat, chat-stream",
    );
    await bad(
      ['closed', '--url', server.url, '--endpoints', 'metrics'],
      /\(\/metrics\) answered 404: not_found/,
    );
  });

  it('knows results', async () => {
    const old = await file('old.json', { ...openResult('a'), version: 7 });
    await bad(['--compare', old], `--compare: ${old} is of version 7; this program reads version 1`);
    const [a, b] = [
      await file('a.json', openResult('a')),
      await file('b.json', endpointResult('b', { chat: {} })),
    ];
    await bad(['--compare', a, b], 'Compare those of one kind');
    await bad(['--compare', join(folder, 'none.json')], /--compare: \S+ cannot be read/);
    await bad([], 'name what to do: open, closed, rate, or --compare');
  });
});

describe('a server that refuses', () => {
  const refusing = async (
    respond: (method: string) => { status: number; body: object },
    run: (url: string) => Promise<void>,
  ) => {
    const listener = createServer((request, response) => {
      const { status, body } = respond(request.method ?? '');
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:9/' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    try {
      await run(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    } finally {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    }
  };

  it('for want of a key is told of the options that bring one', async () => {
    const unauthorized = () => ({ status: 401, body: { error: { message: 'no', code: 'invalid_api_key' } } });
    await refusing(unauthorized, async (url) => {
      const without = await bench('open', '--url', url, '--rate', '1');
      expect([without.exitCode, without.err]).toEqual([
        1,
        `quept: ${url}/ (/v1/models) wants an API key. Name a file that holds one with --api-key-file, or a variable with --api-key-env.\n`,
      ]);
      const key = await file('wrong.txt', SECRET);
      const wrong = await bench('open', '--url', url, '--rate', '1', '--api-key-file', key);
      expect(wrong.err).toBe(
        `quept: --api-key-file: ${key}: ${url}/ (/v1/models) does not take this key (401). Give one that it knows and that may do this.\n`,
      );
    });
  });

  it('a field is told of the option that leaves it out', async () => {
    const strict = (method: string) =>
      method === 'GET'
        ? { status: 200, body: { data: [{ id: 'm' }] } }
        : { status: 400, body: { error: { message: "Unknown field 'ignore_eos'." } } };
    await refusing(strict, async (url) => {
      const { exitCode, err } = await bench('open', '--url', url, '--rate', '1');
      expect(exitCode).toBe(2);
      expect(err).toContain(
        "answered 400: Unknown field 'ignore_eos'. Leave that field out with --no-ignore-eos.",
      );
    });
  });

  it('and redirects gets no key at the other place', async () => {
    await refusing(
      () => ({ status: 302, body: {} }),
      async (url) => {
        const { err } = await bench('open', '--url', url, '--rate', '1');
        expect(err).toContain('redirects (302). Give the address that it leads to.');
      },
    );
  });
});

describe('quept bench --compare', () => {
  it('shows results side by side, on the terminal and as a page', async () => {
    const [a, b] = [
      await file('ours.json', openResult('ours')),
      await file('peer.json', openResult('peer', { 1: STEADY.slice(5) }, { seed: 2 })),
    ];
    const html = join(folder, 'compare.html');
    const { exitCode, out } = await bench('--compare', a, b, '--html', html);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^ +ours +peer +by ours$/m);
    expect(out).toMatch(/^goodput, requests\/s +1\.00 +0\.500 +0\.500 ×$/m);
    expect(out).toContain('Not measured alike: --seed: 1 / 2.');
    expect(await readFile(html, 'utf8')).toContain('<h1>ours · peer</h1>');
    const { results } = JSON.parse((await bench('--compare', a, b, '--json')).out);
    expect(results.map(({ label }: { label: string }) => label)).toEqual(['ours', 'peer']);
  });
});

describe('quept bench closed', () => {
  it('takes every endpoint that there is, and says which are not', async () => {
    const { exitCode, out, err } = await bench(
      ...['closed', '--url', server.url, '--seconds', '0.1', '--warmup', '0', '--connections', '1'],
    );
    expect(exitCode).toBe(0);
    expect(err).toContain(
      'left out, since the server lacks or refuses them: responses (404), responses-stream (404), tokenize (404), ' +
        'detokenize (404), precision (404), health (404), metrics (404)',
    );
    expect(out).toMatch(/^endpoint +requests\/s +P50, ms/m);
    expect(out).toMatch(/^chat-stream +\d/m);
    expect(out).toMatch(/^models +\d/m);
    expect(out).not.toMatch(/^metrics/m);
  });
});
