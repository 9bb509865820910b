import { mkdir } from 'node:fs/promises';
import type { ModelArchitecture, PrecisionConfig } from '../../core/index.ts';
import { type AdapterFacts, openWebGpuRunner, type WebGpuRunner } from '../../engine/index.ts';
import { median } from '../../numerics/index.ts';
import { BENCH_PLANES, benchPrecision } from '../engine/bench-precision.ts';
import { openRandomModel, writeRandomModel } from '../engine/random-model.ts';
import { RunnerBench } from '../engine/runner-bench.ts';
import type { GpuBenchOptions } from './gpu-options.ts';
import { gpuPrecisions } from './gpu-precisions.ts';
import { stepBytes } from './step-bytes.ts';

/** Steps of one batch at one precision; times are medians. */
export interface DecodeResult {
  readonly batch: number;
  readonly precision: string;
  readonly averageBits: number;
  readonly ms: number;
  /** What a step must read. */
  readonly bytes: number;
  /** What a step passed between host and device. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

export interface PrefillResult {
  readonly precision: string;
  readonly averageBits: number;
  readonly tokens: number;
  readonly ms: number;
}

/** Steps of 4 and 8 bits, each behind one of its own kind and each behind one of the other. */
export interface SwitchResult {
  readonly batch: number;
  readonly steadyMs: readonly [number, number];
  readonly switchedMs: readonly [number, number];
}

export interface ShapeResult {
  readonly floatType: 'f16' | 'f32';
  readonly deviceBytes: number;
  readonly decode: readonly DecodeResult[];
  readonly prefill: readonly PrefillResult[];
  readonly switches: readonly SwitchResult[];
}

const WARM_UP = 3;
const ROOM = 64;

/**
 * Measures one shape on the device. Writes its weights into `folder` where they are not there yet.
 *
 * Throws QueptError `invalid_config` where the model does not fit the device or does not run on it.
 */
export async function measureShape(
  folder: string,
  architecture: ModelArchitecture,
  adapter: AdapterFacts,
  options: GpuBenchOptions,
  log: (what: string) => void,
): Promise<ShapeResult> {
  const { batches, context, prompt, steps } = options;
  await mkdir(folder, { recursive: true });
  await writeRandomModel(folder, architecture, BENCH_PLANES);
  const model = await openRandomModel(folder, architecture, BENCH_PLANES);
  const { runner, floatType, memory } = await openWebGpuRunner(model.weights, model.embedding, {
    slots: Math.max(...batches),
    contextLength: Math.max(context, prompt) + ROOM,
    adapter,
  });
  const bench = new RunnerBench(runner, {
    4: benchPrecision(architecture, 4),
    8: benchPrecision(architecture, 8),
  });
  const precisions = gpuPrecisions(architecture);
  const floatBytes = floatType === 'f16' ? 2 : 4;
  try {
    const decode: DecodeResult[] = [];
    const switches: SwitchResult[] = [];
    for (const batch of batches) {
      log(`decode, batch ${batch}`);
      const lengths = new Array<number>(batch).fill(context);
      await bench.prepare({ kind: 'decode', id: `decode-${batch}`, title: `batch ${batch}`, lengths });
      for (const precision of precisions) {
        const bytes = stepBytes(model.weights, precision, { rows: batch, length: context, floatBytes });
        decode.push({ batch, bytes, ...(await decodeSteps(runner, bench, precision, steps)) });
      }
      const { steady4, steady8, switched4, switched8 } = await bench.switching(steps);
      const steadyMs = [median(steady4), median(steady8)] as const;
      switches.push({ batch, steadyMs, switchedMs: [median(switched4), median(switched8)] });
    }
    log(`prefill, ${prompt} tokens`);
    const prefill: PrefillResult[] = [];
    for (const { id, averageBits, ...rest } of precisions) {
      await bench.prepare({ kind: 'prefill', id: 'prefill', title: 'prefill', tokens: prompt });
      const times = await bench.stepsAt({ id, averageBits, ...rest }, 1, steps);
      prefill.push({ precision: id, averageBits, tokens: prompt, ms: median(times) });
    }
    return { floatType, deviceBytes: memory.totalBytes, decode, prefill, switches };
  } finally {
    await runner.close();
  }
}

async function decodeSteps(
  runner: WebGpuRunner,
  bench: RunnerBench,
  precision: PrecisionConfig,
  steps: number,
): Promise<Omit<DecodeResult, 'batch' | 'bytes'>> {
  await bench.stepsAt(precision, WARM_UP, 1);
  const before = runner.transfers();
  const ms = median(await bench.stepsAt(precision, 0, steps));
  const after = runner.transfers();
  return {
    precision: precision.id,
    averageBits: precision.averageBits,
    ms,
    uploadedBytes: (after.uploadedBytes - before.uploadedBytes) / steps,
    downloadedBytes: (after.downloadedBytes - before.downloadedBytes) / steps,
  };
}
