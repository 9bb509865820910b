import { type AttentionKind, openRunner } from '../../engine/index.ts';
import { BENCH_PLANES, benchPrecision } from './bench-precision.ts';
import type { ContenderReply, ContenderRequest, LoadReport } from './contender-messages.ts';
import { openRandomModel } from './random-model.ts';
import { residentMemory } from './resident-memory.ts';
import { RunnerBench } from './runner-bench.ts';
import { SHAPE_135M } from './shape-135m.ts';

// A process of its own per contender: its memory is then the engine's, and contenders share nothing but the machine.

let bench: RunnerBench | null = null;

async function load(options: Readonly<Record<string, string | number>>): Promise<LoadReport> {
  const { residentBytes: codeBytes } = residentMemory();
  const from = performance.now();
  const attention: AttentionKind = options.attention === 'two-part' ? 'two-part' : 'in-place';
  const threads = Number(options.threads);
  const model = await openRandomModel(String(options.folder), SHAPE_135M, BENCH_PLANES);
  const runner = await openRunner(model.weights, model.embedding, {
    attention,
    slots: 8,
    threads,
    // A silent fallback would be reported under the wrong name.
    onFallback: (reason) => {
      throw new Error(`${attention} attention does not work here: ${reason}`);
    },
  });
  const loadMs = performance.now() - from;
  const memory = residentMemory();
  const precisions = { 4: benchPrecision(SHAPE_135M, 4), 8: benchPrecision(SHAPE_135M, 8) };
  bench = new RunnerBench(runner, precisions);
  return { codeBytes, ...memory, loadMs, threads, engine: `quept, ${attention} attention` };
}

async function answer(request: ContenderRequest): Promise<unknown> {
  if (request.kind === 'load') return load(request.options);
  if (bench === null) throw new Error(`${request.kind} before load`);
  switch (request.kind) {
    case 'prepare':
      await bench.prepare(request.scenario);
      return null;
    case 'steps':
      return bench.steps(request.bits, request.warmUp, request.count);
    case 'switch':
      return bench.switching(request.count);
    case 'regroup':
      return bench.regrouping(request.count);
    default:
      return request satisfies never;
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', async (request: ContenderRequest) => {
  let reply: ContenderReply;
  try {
    reply = { ok: true, value: await answer(request) };
  } catch (error) {
    reply = { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply);
});
