import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { otherLoad } from '../engine/other-load.ts';
import { parseResult } from '../load/parse-result.ts';
import type { BenchResult, EndpointResult } from '../load/result-schema.ts';
import type { PeerContender } from './peer-contenders.ts';
import { closedArguments, openArguments, type PeerLoad } from './peer-load.ts';
import type { RunningServer } from './peer-server.ts';
import type { PeerTurn } from './peer-turn.ts';
import { treeMemory, watchMemory } from './process-memory.ts';
import { contenderStart } from './start-contender.ts';

export interface TurnOptions {
  readonly root: string;
  readonly contender: PeerContender;
  readonly round: number;
  readonly load: PeerLoad;
  /** Told what is about to be measured. */
  readonly onStep: (what: string) => void;
}

const WATCH_MS = 1_000;
const WARMUP_TOKENS = 16;
/** A test that takes longer hangs. */
const MOST_TEST_MS = 600_000;

/** Starts the server, loads it by `quept bench` in a process of its own, and stops it, whatever happens. */
export async function runTurn(options: TurnOptions): Promise<PeerTurn> {
  const { root, contender, round, load, onStep } = options;
  const { command, start } = contenderStart(root, contender, load);
  onStep('start');
  const others = await otherLoad(WATCH_MS);
  const fromMs = performance.now();
  const server = await start();
  const startMs = performance.now() - fromMs;
  try {
    await warmUp(server, load.slots);
    const readyBytes = await treeMemory(server.pid);
    const endWatch = watchMemory(server.pid);
    const closed: EndpointResult[] = [];
    for (const connections of load.concurrency) {
      onStep(`closed loop, ${connections} at once`);
      closed.push(await test(options, server, closedArguments(load, connections, round), isClosed));
    }
    onStep(`open loop at ${load.rates.join(', ')}/s`);
    const open = await test(options, server, openArguments(load, round), isOpen);
    const memory = { readyBytes, peakBytes: await endWatch() };
    return { contender, round, command, startMs, otherLoad: others, memory, closed, open };
  } finally {
    await server.stop();
  }
}

/** One whole answer in every slot: buffers are allotted, code is compiled. */
async function warmUp({ url }: RunningServer, slots: number): Promise<void> {
  const models = (await (await fetch(new URL('/v1/models', url))).json()) as { data: { id: string }[] };
  const ask = async (_: unknown, i: number): Promise<void> => {
    const response = await fetch(new URL('/v1/completions', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: models.data[0]?.id,
        prompt: `${i} is the number of this text`,
        max_tokens: WARMUP_TOKENS,
        temperature: 0,
        ignore_eos: true,
      }),
    });
    if (!response.ok) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  await Promise.all(Array.from({ length: slots }, ask));
}

async function test<Result extends BenchResult>(
  { root, contender }: TurnOptions,
  { url }: RunningServer,
  args: readonly string[],
  isKind: (result: BenchResult) => result is Result,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-peer-'));
  const out = join(folder, 'result.json');
  try {
    await runBench(root, [...args, '--url', url.href, '--label', contender, '--out', out]);
    const result = parseResult(await readFile(out, 'utf8'), out);
    if (result.interrupted || !isKind(result)) throw new Error(`quept bench ${args[0]} was interrupted`);
    return result;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Its report goes nowhere, what it says of faults into the error. */
function runBench(root: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'bench', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: MOST_TEST_MS,
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`quept bench ${args[0]} ended with ${signal ?? code}:\n${told.trim()}`));
    });
  });
}

function isClosed(result: BenchResult): result is EndpointResult {
  return result.kind !== 'open';
}

function isOpen(result: BenchResult): result is PeerTurn['open'] {
  return result.kind === 'open';
}
