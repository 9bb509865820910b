import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, commandOf, HAS_PROC, isAlive, NO_PROC } from '../support/child-processes.ts';
import { DEFAULT_MODEL } from '../support/default-model.ts';
import { GrpcClient, HEALTH, INFERENCE } from '../support/grpc-client.ts';
import { NO_HURRY } from '../support/no-hurry.ts';
import { ask, errorCodes, type PlainAnswer } from '../support/plain-client.ts';
import { type ServerProcess, spawnCli, spawnServer } from '../support/spawn-server.ts';
import { until } from '../support/until.ts';

// The default model in a real server: what clients, probes and scrapes see while the engine process dies or hangs.

const LONG = { model: 'default', prompt: 'Once', max_tokens: 450, ignore_eos: true, stream: true };
const SHORT = { model: 'default', prompt: 'Once', max_tokens: 1 };

/** Steps that cannot take long, so that the watchdog need not be patient. */
const SMALL = ['--slots', '4', '--context-length', '512', '--prefill-chunk', '32', ...NO_HURRY];

const servers: ServerProcess[] = [];
let killed: ServerProcess;
let stopped: ServerProcess;
afterAll(() => Promise.all(servers.map((server) => server.kill())));

async function serve(...args: string[]): Promise<ServerProcess> {
  const server = await spawnServer(DEFAULT_MODEL, [...SMALL, ...args]);
  servers.push(server);
  return server;
}

async function metric(url: string, series: string): Promise<number> {
  const { text } = await ask(`${url}/metrics`);
  const line = text.split('\n').find((candidate) => candidate.startsWith(series));
  return Number(line?.split(' ').at(-1));
}

/** What was answered from now until the server is ready with another engine than `lost`. */
async function whileDown({ url, enginePid }: ServerProcess, lost: number) {
  const probes: PlainAnswer[] = [];
  const scraped: PlainAnswer[] = [];
  const newcomers: PlainAnswer[] = [];
  let newcomer: Promise<void> | null = null;
  let wasNotReady = false;
  const startedAt = performance.now();
  await until(
    async () => {
      // One after the other, and nobody waits for them: an engine that hangs has one of them, until it is given up.
      newcomer ??= ask(`${url}/v1/completions`, { body: SHORT }).then((answer) => {
        newcomers.push(answer);
        newcomer = null;
      });
      const [ready, live, scrape] = await Promise.all([
        ask(`${url}/health/ready`),
        ask(`${url}/health/live`),
        ask(`${url}/metrics`),
      ]);
      probes.push(live);
      scraped.push(scrape);
      wasNotReady ||= ready.status === 503;
      return ready.status === 200 && enginePid() !== lost;
    },
    'another engine',
    60_000,
  );
  await newcomer;
  const refused = newcomers.filter(({ status }) => status !== 200);
  return {
    refused,
    /** Newcomers that the lost engine had already been given. */
    failed: refused.filter(({ text }) => text.includes('this answer')).length,
    unanswered: [...probes, ...scraped].filter(({ status }) => status !== 200),
    scraped,
    wasNotReady,
    readyAfterMs: Math.round(performance.now() - startedAt),
  };
}

/** Strikes the engine in the middle of three answers and a call, and looks on until the next one is ready. */
async function strike(server: ServerProcess, signal: NodeJS.Signals) {
  const { url } = server;
  const address = String(server.announced.grpcAddress);
  const engine = server.enginePid();
  let pieces = 0;
  const onText = (soFar: string): void => {
    pieces = soFar.split('data: ').length;
  };
  const grpc = new GrpcClient(address, INFERENCE);
  const running = Promise.all([
    ask(`${url}/v1/completions`, { body: LONG, onText }),
    ask(`${url}/v1/completions`, { body: LONG }),
    ask(`${url}/v1/completions`, { body: { ...LONG, stream: false } }),
  ]);
  const call = grpc.call('GenerateStream', {
    model: 'default',
    text: 'Once',
    options: { max_tokens: 450, ignore_eos: true },
  });
  const allRun = async () => (await metric(url, 'vllm:num_requests_running')) === 4;
  await until(async () => pieces > 4 && (await allRun()), 'four requests that run');
  process.kill(engine, signal);
  const down = await whileDown(server, engine);
  const [answers, { status }] = await Promise.all([running, call]);
  grpc.close();
  return { engine, down, answers, status };
}

/** Servers start one after the other: what a start measures of the machine says how patient it is. */
beforeAll(async () => {
  killed = await serve('--load-timeout-ms', '15000');
  stopped = await serve('--stall-timeout-ms', '1500');
});

describe.concurrent('the engine process', { timeout: 120_000 }, () => {
  it('[F1][F2] is killed in mid-step, and its successor hangs while it loads', async (context) => {
    await strikeAndCheck(killed, 'SIGKILL', 'crash');
    if (!HAS_PROC) return context.skip(NO_PROC);
    const { url } = killed;
    const first = killed.enginePid();
    process.kill(first, 'SIGKILL');
    const second = await childOtherThan(killed.child.pid, first);
    process.kill(second, 'SIGSTOP');
    await until(async () => (await ask(`${url}/health/ready`)).status === 200, 'a third engine', 60_000);
    expect([first, second]).not.toContain(killed.enginePid());
    expect(isAlive(second)).toBe(false);
    expect(await metric(url, 'quept_engine_restarts_total{reason="load_timeout"')).toBeGreaterThanOrEqual(1);
    expect(await metric(url, 'quept_engine_restarts_total{reason="crash"')).toBe(2);
  });

  it('[F1][F2] stops in mid-step, and stops again with nothing to do', async () => {
    await strikeAndCheck(stopped, 'SIGSTOP', 'hang');
    const engine = stopped.enginePid();
    const health = new GrpcClient(String(stopped.announced.grpcAddress), HEALTH);
    const onReply = (count: number, cancel: () => void): void => {
      if (count === 3) cancel();
    };
    const watching = health.call('Watch', {}, { onReply });
    process.kill(engine, 'SIGSTOP');
    const { replies } = await watching;
    expect(replies.map(({ status }) => status)).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
    expect(stopped.enginePid()).not.toBe(engine);
    expect(isAlive(engine)).toBe(false);
    health.close();
  });

  it('[F1] hangs while it loads for the first time, which ends the start', async (context) => {
    if (!HAS_PROC) return context.skip(NO_PROC);
    const args = ['serve', '--port', '0', '--model', DEFAULT_MODEL, '--load-timeout-ms', '1500'];
    const cli = await spawnCli(args);
    const engine = await childOtherThan(cli.child.pid, null);
    process.kill(engine, 'SIGSTOP');
    expect(await cli.exited).toEqual({ code: 1, signal: null });
    expect(cli.stderr()).toContain('did not load the model within 1500 ms');
    expect(isAlive(engine)).toBe(false);
  });
});

async function strikeAndCheck(server: ServerProcess, signal: NodeJS.Signals, reason: string): Promise<void> {
  const { engine, down, answers, status } = await strike(server, signal);
  const [first, second, whole] = answers;
  for (const stream of [first, second]) {
    expect(stream).toMatchObject({ status: 200, broken: null });
    expect(errorCodes(stream)).toEqual(['engine_unavailable']);
    expect(stream.text).not.toContain('[DONE]');
  }
  for (const answer of [whole, ...down.refused]) {
    expect(answer).toMatchObject({ status: 503, broken: null });
    expect(answer.headers).toHaveProperty('retry-after');
    expect(errorCodes(answer)).toEqual(['engine_unavailable']);
  }
  expect(status).toMatchObject({ code: 14 });
  expect(down.refused.length).toBeGreaterThan(0);
  expect(down.wasNotReady).toBe(true);
  expect(down.unanswered).toEqual([]);
  expect(down.scraped.some(({ text }) => /^quept_ready\{.*\} 0$/m.test(text))).toBe(true);
  expect(isAlive(engine)).toBe(false);
  expect(await ask(`${server.url}/v1/completions`, { body: SHORT })).toMatchObject({ status: 200 });
  expect(await metric(server.url, `quept_engine_restarts_total{reason="${reason}"`)).toBe(1);
  expect(await metric(server.url, 'quept_ready')).toBe(1);
  // Those that had been accepted, whole or in part; what was refused counts elsewhere.
  expect(await metric(server.url, 'quept_request_failures_total{code="engine_unavailable"')).toBe(
    4 + down.failed,
  );
  process.stdout.write(`      ready again ${down.readyAfterMs} ms after ${signal}\n`);
}

/**
 * Process id of a child of `parent`, as soon as there is one that runs a program of its own: stopped before that, it
 * would hold up its parent, which waits for it to get so far.
 */
async function childOtherThan(parent: number | undefined, known: number | null): Promise<number> {
  const own = commandOf(parent ?? 0);
  let found: number | undefined;
  await until(() => {
    found = childrenOf(parent ?? 0).find((pid) => pid !== known && !['', own].includes(commandOf(pid)));
    return found !== undefined;
  }, 'a process of the engine');
  return found as number;
}
