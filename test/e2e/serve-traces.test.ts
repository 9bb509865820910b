import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey, withKey } from '../support/api-key.ts';
import { GrpcClient } from '../support/grpc-client.ts';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const PHASES = ['tokenization', 'queue', 'prefill', 'decode'];
const CALLER = 'c'.repeat(16);
/** Words that clients send and that may come out nowhere. */
const SECRETS = {
  prompt: 'xylophone-zebra-4711',
  system: 'quixotic-walrus-0815',
  stop: 'jabberwocky-9001',
  user: 'mallory@example.org',
  cookie: 'session-31337',
  wrongKey: 'sk-proj-abcdefghijklmnop',
  query: 'marzipan-2718',
  path: 'rhubarb-1618',
  brokenJson: 'obfuscated-1414',
  field: 'pangolin-1732',
};

const key = newKey('app', {});
const operator = newKey('operator', { scopes: ['metrics'] });

let artefact: TinyArtefact;
let collector: OtlpCollector;
let server: ServerProcess;
let folder: string;
let grpc: GrpcClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-traces-'));
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify({ keys: [key.entry, operator.entry] }));
  [artefact, collector] = await Promise.all([
    writeTinyArtefact({ contextLength: 16_384 }),
    startOtlpCollector(),
  ]);
  const flags = ['--keys', keys, '--log-level', 'debug', '--otlp-endpoint', collector.url];
  server = await spawnServer(artefact.directory, flags);
  grpc = new GrpcClient(String(server.announced.grpcAddress));
});

afterAll(async () => {
  grpc?.close();
  await server?.kill();
  await collector?.close();
  await artefact?.remove();
  await rm(folder, { recursive: true, force: true });
});

function traceOf(digit: string): string {
  return digit.repeat(32);
}

function parent(digit: string): { traceparent: string } {
  return { traceparent: `00-${traceOf(digit)}-${CALLER}-01` };
}

function post(path: string, body: object | string, headers: object, signal?: AbortSignal): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...withKey(key.secret), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

const CHAT = {
  model: 'default@q4',
  messages: [
    { role: 'system', content: SECRETS.system },
    { role: 'user', content: SECRETS.prompt },
  ],
  max_tokens: 12,
  temperature: 0.5,
  top_p: 0.9,
  stop: SECRETS.stop,
  user: SECRETS.user,
};

function named(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} among ${spans.map((span) => span.name)}`);
  return found;
}

/** The log as parsed lines. */
function logged(): Record<string, unknown>[] {
  const lines = server.stderr().trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('a traced server', () => {
  it('[W1] tells over HTTP what a request was and where its time went', async () => {
    const response = await post('/v1/chat/completions', CHAT, { ...parent('1'), 'x-request-id': 'first' });
    const answer = (await response.json()) as { id: string };
    const spans = await collector.trace(traceOf('1'), 6);
    const call = named(spans, 'POST /v1/chat/completions');
    const chat = named(spans, 'chat tiny');
    expect(call).toMatchObject({ parentId: CALLER, kind: 'server', isError: false });
    expect(call.attributes).toMatchObject({
      'http.route': '/v1/chat/completions',
      'http.response.status_code': 200,
      'quept.request.id': 'first',
      'quept.key': 'app',
    });
    expect(chat).toMatchObject({ parentId: call.spanId, kind: 'internal', isError: false });
    expect(chat.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'tiny@q4',
      'gen_ai.response.model': 'tiny',
      'gen_ai.request.max_tokens': 12,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.usage.output_tokens': 12,
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.response.id': expect.stringContaining(answer.id),
      'quept.tier': 'default',
      'quept.precision.average_bits': 4,
      'quept.precision.switches': 0,
      'quept.precision.configs': ['q4'],
    });
    expect(chat.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(10);
    const phases = PHASES.map((name) => named(spans, name));
    let last = chat.startMs;
    for (const phase of phases) {
      expect(phase).toMatchObject({ parentId: chat.spanId, traceId: traceOf('1') });
      expect(phase.startMs).toBeGreaterThanOrEqual(last - 0.001);
      expect(phase.endMs).toBeGreaterThanOrEqual(phase.startMs);
      last = phase.endMs;
    }
    expect(chat.endMs).toBeGreaterThanOrEqual(last - 0.001);
    expect(call.endMs).toBeGreaterThanOrEqual(chat.endMs - 0.001);
    expect(call.startMs).toBeLessThanOrEqual(chat.startMs + 0.001);
    expect(Math.abs(call.startMs - Date.now())).toBeLessThan(60_000);
    expect(call.resource).toMatchObject({ 'service.name': 'quept' });
  });

  it('[W1] tells the same over gRPC, of clients that leave, of refusals, and of an engine that dies', async () => {
    const metadata = { ...parent('2'), ...withKey(key.secret) };
    const streamed = grpc.call(
      'GenerateStream',
      { model: 'tiny', text: SECRETS.prompt, options: { max_tokens: 5 } },
      { metadata },
    );
    const leaving = new AbortController();
    const left = post(
      '/v1/completions',
      { model: 'tiny', prompt: SECRETS.prompt, stream: true, ignore_eos: true, max_tokens: 10_000 },
      parent('3'),
      leaving.signal,
    ).then(async (response) => {
      await response.body?.getReader().read();
      leaving.abort();
    });
    const refused = post('/v1/completions', { model: SECRETS.field, prompt: 'a' }, parent('4'));
    await Promise.all([streamed, left, refused]);
    const dying = await post(
      '/v1/completions',
      { model: 'tiny', prompt: SECRETS.prompt, stream: true, ignore_eos: true, max_tokens: 10_000 },
      parent('5'),
    );
    const reader = dying.body?.getReader();
    await reader?.read();
    process.kill(server.enginePid(), 'SIGKILL');
    while ((await reader?.read())?.done === false);

    const [rpc, gone, wrong, dead] = await Promise.all([
      collector.trace(traceOf('2'), 6),
      collector.trace(traceOf('3'), 6),
      collector.trace(traceOf('4'), 1),
      collector.trace(traceOf('5'), 4),
    ]);
    const method = 'quept.v1.InferenceService/GenerateStream';
    expect(named(rpc, method)).toMatchObject({ parentId: CALLER, kind: 'server' });
    expect(named(rpc, method).attributes).toMatchObject({ 'rpc.response.status_code': 'OK' });
    expect(named(rpc, 'text_completion tiny')).toMatchObject({ parentId: named(rpc, method).spanId });
    expect(rpc.map(({ name }) => name).sort()).toEqual([method, 'text_completion tiny', ...PHASES].sort());

    expect(named(gone, 'POST /v1/completions').attributes['quept.outcome']).toBe('disconnected');
    expect(named(gone, 'text_completion tiny')).toMatchObject({
      isError: false,
      attributes: { 'gen_ai.response.finish_reasons': ['cancelled'] },
    });

    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatchObject({
      isError: false,
      attributes: { 'http.response.status_code': 404, 'quept.error.code': 'model_not_found' },
    });

    for (const name of ['POST /v1/completions', 'text_completion tiny']) {
      expect(named(dead, name)).toMatchObject({
        isError: true,
        attributes: { 'error.type': 'engine_unavailable' },
      });
    }
  });

  it('[W2] [U4] shows no prompt, key or anything else that a client wrote, in logs or traces', async () => {
    const headers = { cookie: SECRETS.cookie, ...parent('6') };
    await Promise.all([
      post(`/v1/completions?api_key=${SECRETS.query}`, `{"prompt": "${SECRETS.brokenJson}`, headers),
      post('/v1/completions', { model: 'tiny', prompt: 7, [SECRETS.field]: 1 }, headers),
      post('/v1/chat/completions', { ...CHAT, temperature: SECRETS.field }, headers),
      post(
        '/v1/chat/completions',
        { ...CHAT, messages: [{ role: 'assistant', content: SECRETS.prompt }] },
        headers,
      ),
      post('/v1/completions', CHAT, { authorization: `Bearer ${SECRETS.wrongKey}` }),
      post(`/v1/${SECRETS.path}`, {}, {}),
      post('/tokenize', { model: 'tiny', prompt: SECRETS.prompt }, headers),
      fetch(`${server.url}/v1/models/${SECRETS.path}`, { headers: withKey(key.secret) }),
      fetch(`${server.url}/metrics`, { headers: withKey(operator.secret) }),
      grpc.call(
        'Chat',
        { model: SECRETS.field },
        { metadata: { ...withKey(key.secret), cookie: SECRETS.cookie } },
      ),
      grpc.call('Chat', {}, { metadata: { authorization: `Bearer ${SECRETS.wrongKey}` } }),
    ]);
    await collector.trace(traceOf('6'), 5);
    const told = [
      server.stdout(),
      server.stderr(),
      ...collector.raw.map((sent) => sent.toString('latin1')),
    ].join();
    const secrets = { ...SECRETS, key: key.secret, operator: operator.secret, hash: key.entry.hash };
    for (const [what, secret] of Object.entries(secrets)) expect(told.includes(secret), what).toBe(false);
    expect(told).toContain('/v1/models/:model');
  });

  it('has the id and the trace of its request on every line about one', async () => {
    const lines = logged();
    const about = lines.filter(({ msg }) => String(msg).startsWith('request'));
    expect(about.length).toBeGreaterThan(10);
    for (const line of about) expect(line).toMatchObject({ request_id: expect.any(String) });
    expect(lines.filter(({ request_id: id }) => id === 'first')).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/v1/chat/completions',
        status: 200,
        trace_id: traceOf('1'),
        duration_ms: expect.any(Number),
        prompt_tokens: expect.any(Number),
        completion_tokens: 12,
        precision: 'q4',
        average_bits: 4,
        service_tier: 'default',
        finish_reason: 'length',
        key: 'app',
      }),
    ]);
  });

  it('sends the last traces before it ends', async () => {
    await expect
      .poll(async () => (await fetch(`${server.url}/health/ready`)).status, { timeout: 20_000 })
      .toBe(200);
    await (await post('/v1/completions', { model: 'tiny', prompt: 'a', max_tokens: 1 }, parent('7'))).text();
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(await collector.trace(traceOf('7'), 6)).toHaveLength(6);
  });

  it('[W3] serves as well when its collector is away, and ends soon', async () => {
    const gone = await startOtlpCollector();
    await gone.close();
    const alone = await spawnServer(artefact.directory, [
      '--otlp-endpoint',
      gone.url,
      '--metrics-port',
      'off',
    ]);
    try {
      const body = JSON.stringify({ model: 'tiny', prompt: 'a', max_tokens: 3 });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      const statuses = await Promise.all(
        Array.from({ length: 50 }, async () => (await fetch(`${alone.url}/v1/completions`, init)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(alone.announced.metricsUrl).toBeNull();
      expect((await fetch(`${alone.url}/metrics`)).status).toBe(404);
      alone.child.kill('SIGTERM');
      expect((await alone.exited).code).toBe(0);
    } finally {
      await alone.kill();
    }
  });

  it('[W3] ends without waiting for a collector that takes spans and never answers', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      sockets.push(socket);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const watched = await spawnServer(artefact.directory, ['--otlp-endpoint', `http://127.0.0.1:${port}`]);
    try {
      const body = JSON.stringify({ model: 'tiny', prompt: 'a', max_tokens: 3 });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      await (await fetch(`${watched.url}/v1/completions`, init)).text();
      watched.child.kill('SIGTERM');
      expect(await watched.exited).toEqual({ code: 0, signal: null });
      expect(sockets.length).toBeGreaterThan(0);
      // The exporter's own time, four seconds, was not waited for.
      expect(watched.stderr()).toContain('the last traces were not sent');
      expect(watched.stderr()).not.toContain('traces could not be sent');
    } finally {
      await watched.kill();
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
