import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CallOptions, GrpcClient, HEALTH, type Reply, trailer } from '../support/grpc-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The server is a process, and the client is in another: this one. */
let artefact: TinyArtefact;
let server: ServerProcess;
let crowded: ServerProcess;
const servers: ServerProcess[] = [];
const clients: GrpcClient[] = [];

const GREEDY = { temperature: 0 };
const ENDLESS = { model: 'tiny', text: 'the cat', options: GREEDY };
const SHORT = { model: 'tiny', text: 'the cat', options: { ...GREEDY, max_tokens: 3 } };
const MESSAGES = [{ role: 'CHAT_ROLE_USER', content: 'the cat' }];

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 32_768 });
  [server, crowded] = await Promise.all([
    // Precision that a busy machine does not change.
    serve('--slots', '1', '--prefill-chunk', '16', '--policy', 'fixed'),
    serve('--grpc-port', '0', '--max-waiting', '1000'),
  ]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await Promise.all(servers.map((each) => each.kill()));
  await artefact?.remove();
});

async function serve(...args: string[]): Promise<ServerProcess> {
  const started = await spawnServer(artefact.directory, args);
  servers.push(started);
  return started;
}

function connect(to: ServerProcess, service?: typeof HEALTH): GrpcClient {
  const client = new GrpcClient(String(to.announced.grpcAddress), service);
  clients.push(client);
  return client;
}

function idsOf({ tokens }: Reply): number[] {
  return tokens.map(({ id }: Reply) => id);
}

/** What the scheduler did with a call, in order and without repetitions. */
async function actionsOf(requestId: string): Promise<string[]> {
  const response = await fetch(`${server.url}/v1/requests/${requestId}/decisions`);
  const body: Reply = await response.json();
  const actions: string[] = (body.data?.[0]?.decisions ?? []).map(({ action }: Reply) => action);
  return actions.filter((action, i) => action !== actions[i - 1]);
}

describe('gRPC', () => {
  it('[G1] offers on the port of HTTP what HTTP offers, and the two agree', async () => {
    expect(`http://${server.announced.grpcAddress}`).toBe(server.url);
    const client = connect(server);
    const options = { ...GREEDY, max_tokens: 8, precision: { config_id: 'q4' } };
    const chat = await client.call('Chat', { model: 'tiny', messages: MESSAGES, options });
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...GREEDY,
        model: 'tiny@q4',
        messages: [{ role: 'user', content: 'the cat' }],
        max_tokens: 8,
      }),
    });
    const body: Reply = await response.json();
    const [reply] = chat.replies;
    expect(reply.choices[0].message.content).toBe(body.choices[0].message.content);
    expect(reply.info.system_fingerprint).toBe(body.system_fingerprint);
    expect(reply.result.usage.prompt_tokens).toBe(body.usage.prompt_tokens);
    expect(JSON.parse(trailer(chat, 'x-precision-report') ?? '')).toEqual(body.precision);
    expect(chat.header.get('x-precision')).toEqual([response.headers.get('x-precision')]);

    const stream = await client.call('ChatStream', { model: 'tiny', messages: MESSAGES, options });
    const deltas = stream.replies.flatMap((piece) => (piece.event === 'delta' ? [piece.delta] : []));
    expect(deltas.map(({ text }) => text).join('')).toBe(reply.choices[0].message.content);
    expect(deltas.flatMap(({ tokens }) => tokens.map(({ id }: Reply) => id))).toEqual(
      idsOf(reply.choices[0]),
    );

    const conversation = { messages: MESSAGES };
    const tokens = await client.call('Tokenize', { model: 'tiny', conversation });
    const prompt = tokens.replies[0].token_ids;
    expect(prompt).toHaveLength(reply.info.prompt_tokens);
    const same = await client.call('Generate', { model: 'tiny', tokens: { ids: prompt }, options });
    expect(same.replies[0].choices[0].text).toBe(reply.choices[0].message.content);

    const model = await client.call('GetModel', { model: 'default' });
    expect(model.replies[0].model).toMatchObject({ id: 'tiny', context_length: 32_768 });
    const ladder = await client.call('ListPrecisionConfigs', { model: 'tiny' });
    expect(ladder.replies[0].configs.map(({ id }: Reply) => id)).toEqual(server.announced.precisions);
  });

  it('answers the client of the documentation, a process of its own', async () => {
    const page = await readFile(join(ROOT, 'docs', 'grpc.md'), 'utf8');
    const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(example).toContain("'127.0.0.1:8080'");
    const script = example.replace('127.0.0.1:8080', String(server.announced.grpcAddress));
    // Run where its packages and the proto folder are found, as it says.
    const node = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, node, { cwd: ROOT });
    expect(stdout.length).toBeGreaterThan(20);
    expect(stderr).toBe('granted q4..q8\n\nserved at 8 bits\n');
  });

  it('[G3] gives a request up at its deadline in the queue, in its prompt and in its answer', async () => {
    const client = connect(server);
    const call = async (request: object, requestId: string, options: CallOptions) => {
      const metadata = { 'x-request-id': requestId };
      const { status } = await client.call('GenerateStream', request, { ...options, metadata });
      return status.code;
    };
    expect(await call(ENDLESS, 'decoding', { deadlineMs: 800 })).toBe(4);
    expect((await client.call('Generate', SHORT)).status.code).toBe(0);
    // At 16 tokens a step the prompt takes far longer than its deadline.
    const long = { ...ENDLESS, tokens: { ids: new Array(20_000).fill(5) }, text: undefined };
    expect(await call(long, 'prompt', { deadlineMs: 800 })).toBe(4);
    expect((await client.call('Generate', SHORT)).status.code).toBe(0);
    let first: Promise<number> = Promise.resolve(-1);
    await new Promise<void>((started) => {
      first = call(ENDLESS, 'holder', {
        onReply: (count) => count === 2 && started(),
        cancelWhen: new Promise<void>((resolve) => {
          setTimeout(resolve, 1_000);
        }),
      });
    });
    expect(await call(ENDLESS, 'queued', { deadlineMs: 300 })).toBe(4);
    expect(await first).toBe(1);
    expect((await client.call('Generate', SHORT)).status.code).toBe(0);
    expect(await actionsOf('queued')).not.toContain('prefill');
    expect(await actionsOf('prompt')).toContain('prefill');
    expect(await actionsOf('prompt')).not.toContain('decode');
    expect(await actionsOf('decoding')).toContain('decode');
  });

  it('[G3] ends a call that is cancelled in the queue, in its prompt and in its answer', async () => {
    const client = connect(server);
    /** Cancels a call once the scheduler has done so much with it. */
    const cancelled = async (request: object, requestId: string, when: () => Promise<unknown>) => {
      const metadata = { 'x-request-id': requestId };
      const { status } = await client.call('Generate', request, { metadata, cancelWhen: when() });
      return status.code;
    };
    const doing = (requestId: string, action: string) => () =>
      until(async () => (await actionsOf(requestId)).includes(action), `${action} of ${requestId}`);
    const long = { ...ENDLESS, tokens: { ids: new Array(20_000).fill(5) }, text: undefined };
    expect(await cancelled(ENDLESS, 'left-decoding', doing('left-decoding', 'decode'))).toBe(1);
    expect(await cancelled(long, 'left-in-prompt', doing('left-in-prompt', 'prefill'))).toBe(1);
    let waiting = -1;
    const holder = cancelled(ENDLESS, 'holds-the-slot', async () => {
      await doing('holds-the-slot', 'decode')();
      waiting = await cancelled(ENDLESS, 'left-waiting', doing('left-waiting', 'wait'));
    });
    expect([await holder, waiting]).toEqual([1, 1]);
    expect((await client.call('Generate', SHORT)).status.code).toBe(0);
    expect(await actionsOf('left-in-prompt')).not.toContain('decode');
    expect(await actionsOf('left-waiting')).not.toContain('prefill');
  });

  it('[G4] answers a thousand short calls at once, with eight slots, each with its own', async () => {
    const client = connect(crowded);
    const options = { ...GREEDY, max_tokens: 1 };
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => {
        const tokens = { ids: [3 + (i % 7), 5] };
        const metadata = { 'x-request-id': `call-${i}` };
        return client.call('Generate', { model: 'tiny', tokens, options }, { metadata });
      }),
    );
    expect(outcomes.filter(({ status }) => status.code !== 0)).toEqual([]);
    expect(outcomes.map(({ header }) => header.get('x-request-id')[0])).toEqual(
      outcomes.map((_, i) => `call-${i}`),
    );
    expect(new Set(outcomes.map(({ replies }) => replies[0].choices[0].tokens.length))).toEqual(new Set([1]));
  });

  it('[G7] drains on SIGTERM: health turns, new calls are refused, running ones end, then the process', async () => {
    const draining = crowded;
    expect(draining.url).not.toContain(String(draining.announced.grpcAddress));
    const client = connect(draining);
    const watching = connect(draining, HEALTH).call('Watch', { service: 'quept.v1.InferenceService' });
    let during: Promise<unknown> = Promise.resolve();
    const request = { ...ENDLESS, options: { ...GREEDY, max_tokens: 250 } };
    const running = await client.call('GenerateStream', request, {
      onReply: (count) => {
        if (count !== 3) return;
        draining.child.kill('SIGTERM');
        during = untilRefused(draining);
      },
    });
    expect([running.status.code, running.replies.at(-1).event]).toEqual([0, 'finished']);
    expect(await during).toEqual({ code: 14, error: 'shutting_down', health: 'NOT_SERVING' });
    const watched = await watching;
    expect(watched.replies.map(({ status }) => status)).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await draining.exited).toEqual({ code: 0, signal: null });
  });

  it('fails calls when the engine dies, says so by its health, and serves again', async () => {
    const client = connect(server);
    const watching = connect(server, HEALTH).call(
      'Watch',
      {},
      {
        onReply: (count, cancel) => count === 3 && cancel(),
      },
    );
    const { status } = await client.call('GenerateStream', ENDLESS, {
      onReply: (count) => count === 3 && process.kill(server.enginePid(), 'SIGKILL'),
    });
    expect(status.code).toBe(14);
    expect((await watching).replies.map((reply) => reply.status)).toEqual([
      'SERVING',
      'NOT_SERVING',
      'SERVING',
    ]);
    expect((await client.call('Generate', SHORT)).status.code).toBe(0);
  });
});

/** Calls on new connections until the server drains; what it answers then. */
async function untilRefused(draining: ServerProcess) {
  const health = connect(draining, HEALTH);
  for (;;) {
    const outcome = await connect(draining).call('Generate', SHORT);
    if (outcome.status.code === 0) continue;
    const { replies } = await health.call('Check', {});
    return { code: outcome.status.code, error: trailer(outcome, 'x-error-code'), health: replies[0]?.status };
  }
}
