import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ModelRunner, PrecisionConfig } from '../../core/index.ts';
import { artefactEmbedding, artefactWeights, openRunner } from '../../engine/index.ts';
import { argmax, median } from '../../numerics/index.ts';
import { openArtefact } from '../../quant/index.ts';
import { BENCH_PLANES } from '../engine/bench-precision.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { SHAPE_135M } from '../engine/shape-135m.ts';
import { textTable } from '../engine/text-table.ts';
import { writeRandomArtefact } from './random-artefact.ts';
import { steadyRate, streamCompletion } from './stream-load.ts';

// What the gateway costs: tokens per second of eight streams over HTTP against those of the bare runner, on the
// same artefact, in turns.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const STREAMS = 8;
const PROMPT = Array.from({ length: 64 }, (_, i) => 300 + 7 * i);
const TOKENS = 128;
const ROUNDS = 5;
const THREADS = 2;

interface Server {
  readonly url: URL;
  stop(): Promise<void>;
}

async function startServer(artefact: string): Promise<Server> {
  const args = [join(ROOT, 'dist/cli/main.js'), 'serve', '--json', '--model', artefact];
  const child = spawn(
    process.execPath,
    [...args, '--port', '0', '--threads', String(THREADS), '--log-level', 'error'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === '}') break;
  }
  const { url } = JSON.parse(lines.join('\n')) as { url: string };
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url: new URL(url), stop };
}

async function overHttp(server: Server, precision: PrecisionConfig): Promise<number> {
  const body = { model: 'default', prompt: PROMPT, max_tokens: TOKENS, temperature: 0, stream: true };
  const streams = Array.from({ length: STREAMS }, () =>
    streamCompletion(server.url, { ...body, precision: precision.id }),
  );
  return steadyRate(await Promise.all(streams));
}

async function bare(runner: ModelRunner, precision: PrecisionConfig): Promise<number> {
  const slots: number[] = [];
  for (let i = 0; i < STREAMS; i++) {
    const slot = runner.acquireSlot() ?? 0;
    slots.push(slot);
    const tokens = Int32Array.from(PROMPT);
    await runner.execute({ precision, rows: [{ slot, tokens, logits: 'last' }] });
    runner.commit(slot, tokens.length);
  }
  let next = slots.map(() => 300);
  const start = performance.now();
  for (let step = 0; step < TOKENS; step++) {
    const rows = slots.map((slot, i) => ({
      slot,
      tokens: Int32Array.of(next[i] ?? 0),
      logits: 'last' as const,
    }));
    const { logits } = await runner.execute({ precision, rows });
    const { vocabSize } = runner.shape;
    next = slots.map((_, i) => argmax(logits.subarray(i * vocabSize, (i + 1) * vocabSize)));
    for (const slot of slots) runner.commit(slot, 1);
  }
  const seconds = (performance.now() - start) / 1000;
  for (const slot of slots) runner.releaseSlot(slot);
  return (TOKENS * STREAMS) / seconds;
}

const directory = join(ROOT, '.cache', 'bench', 'random-artefact');
await writeRandomArtefact(directory, SHAPE_135M, BENCH_PLANES);
const artefact = await openArtefact(directory, { verify: false });
const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
  slots: STREAMS,
  threads: THREADS,
});
const server = await startServer(directory);
const rows: string[][] = [];
for (const precision of artefact.manifest.ladder) {
  const http: number[] = [];
  const raw: number[] = [];
  await overHttp(server, precision);
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(await bare(runner, precision));
    http.push(await overHttp(server, precision));
  }
  const ratio = median(http.map((rate, i) => rate / (raw[i] ?? 1)));
  rows.push([precision.id, median(raw).toFixed(1), median(http).toFixed(1), ratio.toFixed(3)]);
}
await server.stop();
await runner.close();
await artefact.close();
const machine = machineFacts();
process.stdout.write(
  [
    `Gateway benchmark, ${new Date().toISOString()}`,
    'Command: npm run bench:gateway',
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}`,
    `${STREAMS} streams of ${TOKENS} tokens after ${PROMPT.length}, random 135M model; medians of ${ROUNDS} rounds in turns; the load generator runs on the same cores`,
    '',
    textTable(['config', 'runner, tokens/s', 'over HTTP, tokens/s', 'ratio'], rows),
    '',
  ].join('\n'),
);
