import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI, { AuthenticationError, PermissionDeniedError, RateLimitError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { newKey, withKey } from '../support/api-key.ts';
import { GrpcClient, trailer } from '../support/grpc-client.ts';
import { stepsOf } from '../support/recorded-lines.ts';
import { NEEDS_REDIS, REDIS_PASSWORD, type RedisServer, startRedis } from '../support/redis-server.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const PROMPT = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
const TOKENS_EACH = 2 * PROMPT.length;

let artefact: TinyArtefact;
let folder: string;
let file: string;
let recording: string;
let redis: RedisServer | null;
let servers: ServerProcess[] = [];

const requests = newKey('requests', { requestsPerMinute: 100 });
const both = newKey('both', { requestsPerMinute: 40 });
const tokens = newKey('tokens', { tokensPerMinute: 100 * TOKENS_EACH });
const limited = newKey('limited', { tiers: ['default'], minBits: 6 });
const expired = newKey('expired', { expires: '2026-01-01T00:00:00Z' });
const operator = newKey('operator', { scopes: ['admin', 'metrics'] });
const once = newKey('once', { requestsPerMinute: 1 });
const inSettings = newKey('in-settings', {});
const KEYS = [requests, both, tokens, limited, expired, operator, once];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-keys-'));
  file = join(folder, 'keys.json');
  recording = join(folder, 'run.jsonl');
  await writeFile(file, JSON.stringify({ keys: KEYS.map(({ entry }) => entry) }));
  [artefact, redis] = await Promise.all([writeTinyArtefact({ contextLength: 64 }), startRedis()]);
  const flags = ['--keys', file, '--key-entries', JSON.stringify([inSettings.entry]), '--admin-port', '0'];
  if (redis !== null) flags.push('--redis-url', redis.url);
  // Public: with keys it may be.
  flags.push('--host', '0.0.0.0', '--log-level', 'debug');
  const scheduling = ['--policy', 'slo', '--record', recording];
  servers = await Promise.all(
    [flags, [...flags, ...scheduling]].map((each) => spawnServer(artefact.directory, each)),
  );
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await redis?.stop();
  await artefact?.remove();
  await rm(folder, { recursive: true, force: true });
});

const urlOf = (server: number, path: string): string =>
  `http://127.0.0.1:${new URL(String(servers[server]?.url)).port}${path}`;

function complete(server: number, secret: string, fields: object = {}): Promise<Response> {
  return fetch(urlOf(server, '/v1/completions'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...withKey(secret) },
    body: JSON.stringify({
      model: 'tiny',
      prompt: PROMPT,
      max_tokens: PROMPT.length,
      temperature: 0,
      ...fields,
    }),
  });
}

/** Sends to both servers, sixteen at a time, and says how many answers were of which status. */
async function spend(secret: string, count: number, fields: object = {}): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  let sent = 0;
  const send = async (): Promise<void> => {
    while (sent < count) {
      const response = await complete(sent++ % 2, secret, fields);
      await response.text();
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, send));
  return statuses;
}

async function quept(...args: string[]) {
  const said = { out: '', err: '' };
  const exitCode = await runCli(args, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
  });
  return { exitCode, ...said };
}

describe('two servers that share a Redis', () => {
  it('[U2] serve one budget of requests', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    const statuses = await spend(requests.secret, 180, { max_tokens: 1 });
    expect(Math.abs((statuses[200] ?? 0) - 100)).toBeLessThanOrEqual(2);
    expect(statuses).toEqual({ 200: statuses[200], 429: 180 - (statuses[200] ?? 0) });
  });

  it('[U2] serve one budget of tokens', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    const statuses = await spend(tokens.secret, 180);
    const used = (statuses[200] ?? 0) * TOKENS_EACH;
    expect(Math.abs(used - 100 * TOKENS_EACH)).toBeLessThanOrEqual(0.02 * 100 * TOKENS_EACH);
    const listed = await fetch(adminUrl(1, '/keys'), { headers: withKey(operator.secret) });
    const { data } = (await listed.json()) as { data: { id: string; tokens_per_minute: { used: number } }[] };
    expect(data.find(({ id }) => id === 'tokens')?.tokens_per_minute.used).toBe(used);
  });
});

describe('HTTP and gRPC', () => {
  it('[U2] count on one budget, and refuse with the same error', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    const overHttp = async () => (await complete(0, both.secret, { max_tokens: 1 })).status === 200;
    const grpc = new GrpcClient(`127.0.0.1:${new URL(String(servers[1]?.url)).port}`);
    const generate = () =>
      grpc.call(
        'Generate',
        { model: 'tiny', tokens: { ids: PROMPT }, options: { max_tokens: 1 } },
        { metadata: withKey(both.secret) },
      );
    const overGrpc = async () => (await generate()).status.code === 0;
    const served = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? overHttp() : overGrpc())));
    expect(served.filter(Boolean)).toHaveLength(40);
    const refused = await generate();
    expect([refused.status.code, trailer(refused, 'x-error-code')]).toEqual([8, 'rate_limit_exceeded']);
    expect(trailer(refused, 'x-ratelimit-remaining-requests')).toBe('0');
    expect(Number(trailer(refused, 'grpc-retry-pushback-ms'))).toBeGreaterThan(0);
    grpc.close();
  });
});

describe('a server with keys', () => {
  it('[U1] answers unchanged clients with the errors that they know', async () => {
    const client = (apiKey: string) => new OpenAI({ baseURL: urlOf(0, '/v1'), apiKey, maxRetries: 0 });
    const ask = (apiKey: string, fields: object = {}) =>
      client(apiKey).completions.create({ model: 'tiny', prompt: PROMPT, max_tokens: 2, ...fields });
    await expect(ask('wrong')).rejects.toThrow(AuthenticationError);
    await expect(ask(expired.secret)).rejects.toThrow(/expired/);
    await expect(ask(limited.secret, { service_tier: 'priority' })).rejects.toThrow(PermissionDeniedError);
    await expect(ask(limited.secret, { precision: 4 })).rejects.toThrow(PermissionDeniedError);
    await expect(ask(operator.secret)).rejects.toThrow(PermissionDeniedError);
    await expect(ask(once.secret).then(() => ask(once.secret))).rejects.toThrow(RateLimitError);
    expect((await ask(limited.secret)).choices).toHaveLength(1);
    expect((await ask(inSettings.secret)).choices).toHaveLength(1);
    expect((await fetch(urlOf(0, '/health/ready'))).status).toBe(200);
  });

  it('takes a new key while it runs, keeps keys when their file breaks, and says how keys are used', async () => {
    const made = await quept('keys', 'create', 'late', '--add', file, '--json');
    const { key } = JSON.parse(made.out) as { key: string };
    await untilStatus(200, () => complete(0, key));
    await writeFile(file, `{ "keys": [ "${key}"`);
    await untilLogged('at fault');
    expect((await complete(0, key)).status).toBe(200);
    const reload = await fetch(adminUrl(0, '/keys/reload'), {
      method: 'POST',
      headers: withKey(operator.secret),
    });
    expect(((await reload.json()) as { error: { message: string } }).error.message).toContain('not JSON');
    await writeFile(file, JSON.stringify({ keys: KEYS.map(({ entry }) => entry) }));
    await untilStatus(401, () => complete(0, key));
    const metrics = await fetch(urlOf(0, '/metrics'), { headers: withKey(operator.secret) });
    const text = await metrics.text();
    expect(text).toMatch(/quept_key_requests_total\{key="late",model_name="tiny"\} [1-9]/);
    expect(text).toMatch(/quept_key_rejections_total\{reason="expired",model_name="tiny"\} [1-9]/);
    expect(text).toMatch(new RegExp(`quept_limits_shared\\{.*\\} ${redis === null ? 0 : 1}`));
  });

  it('[U4] has told no key, hash or password in its log', async () => {
    const secrets = [...KEYS, inSettings].flatMap(({ secret, entry }) => [
      secret.slice(6, 30),
      entry.hash.slice(7, 31),
    ]);
    for (const server of servers) {
      const log = server.stderr();
      expect(log).toContain('"msg":"request"');
      for (const secret of [...secrets, REDIS_PASSWORD]) expect(log).not.toContain(secret);
    }
    expect(servers[0]?.stderr()).toContain('"key":"limited"');
    expect(await readFile(file, 'utf8')).not.toContain(limited.secret);
  });

  it('keeps an account for every key in its scheduler, and ends at SIGTERM with all that it had open', async () => {
    for (const { secret } of [limited, inSettings]) expect((await complete(1, secret)).status).toBe(200);
    for (const server of servers) server.child.kill('SIGTERM');
    for (const server of servers) expect(await server.exited).toEqual({ code: 0, signal: null });
    const steps = stepsOf((await readFile(recording, 'utf8')).trimEnd().split('\n'));
    const charged = (owner: string) =>
      Math.max(...steps.map(({ accounts }) => accounts.get(owner)?.chargedMs ?? 0));
    expect([charged('limited') > 0, charged('in-settings') > 0, charged('expired') > 0]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a server without keys', () => {
  it.each([
    [['--host', '0.0.0.0'], 'other machines could reach this address'],
    [['--host', '0.0.0.0', '--insecure', '--admin-port', '0'], 'it would obey anyone'],
    [['--redis-url', 'redis://127.0.0.1'], 'limits belong to API keys'],
    [['--keys', '/nowhere/keys.json'], 'there is no file'],
  ])('[C3] does not start with %j', async (flags, fault) => {
    const { exitCode, err } = await quept('serve', '--model', artefact.directory, '--port', '0', ...flags);
    expect(exitCode).toBe(2);
    expect(err).toContain(fault);
  });
});

function adminUrl(server: number, path: string): string {
  const { port } = new URL(String(servers[server]?.announced.adminUrl));
  return `http://127.0.0.1:${port}/admin${path}`;
}

async function untilStatus(status: number, ask: () => Promise<Response>): Promise<void> {
  while ((await ask()).status !== status) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function untilLogged(text: string): Promise<void> {
  while (!servers[0]?.stderr().includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
}
