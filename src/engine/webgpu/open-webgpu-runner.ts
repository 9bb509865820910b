import { type PrecisionConfig, QueptError } from '../../core/index.ts';
import { basePrecision } from '../base-precision.ts';
import type { RunnerOptions } from '../cpu/open-runner.ts';
import type { EmbeddingTable } from '../embedding-table.ts';
import type { FloatType } from '../graph/elastic-graph.ts';
import type { GraphWeights } from '../graph/graph-weights.ts';
import { type AdapterFacts, deviceMemoryBudget } from './adapter-facts.ts';
import { type DeviceMemoryPlan, deviceMemoryPlan, requireDeviceMemory } from './device-memory.ts';
import { provesLongPasses } from './prove-long-passes.ts';
import { proveRunner } from './prove-runner.ts';
import { type DeviceLostListener, rowCapacity, WebGpuRunner } from './webgpu-runner.ts';

export interface WebGpuOptions extends Pick<RunnerOptions, 'slots' | 'contextLength' | 'accuracyLevel'> {
  readonly adapter: AdapterFacts;
  /** Bytes of device memory that may be used; null or left out for what the adapter has. */
  readonly deviceMemoryBytes?: number | null;
  /** Told of a pass that the device could not run. */
  readonly onDeviceLost?: DeviceLostListener;
}

export interface OpenWebGpu {
  readonly runner: WebGpuRunner;
  readonly floatType: FloatType;
  readonly memory: DeviceMemoryPlan;
  /** Null where nobody knows how much there is. */
  readonly budgetBytes: number | null;
}

/** Tokens of a pass for which attention has the kernel of short ones. */
const SHORT_PASS = 16;
/** Software devices run the kernels for fewer than four rows many times slower than those for four. */
const LEAST_ROWS_IN_SOFTWARE = 4;

/**
 * Opens a runner on a WebGPU device, and proves that it computes there.
 *
 * Throws QueptError `invalid_config` for a model that does not fit, with the sum, and for a device that fails.
 */
export async function openWebGpuRunner(
  weights: GraphWeights,
  embedding: EmbeddingTable,
  options: WebGpuOptions,
): Promise<OpenWebGpu> {
  const { architecture } = weights;
  const { adapter, slots = 8, onDeviceLost } = options;
  const contextLength = Math.min(
    options.contextLength ?? architecture.contextLength,
    architecture.contextLength,
  );
  const floatType = adapter.shaderF16 ? 'f16' : 'f32';
  const leastRows = adapter.kind === 'software' ? LEAST_ROWS_IN_SOFTWARE : 1;
  const rows = Math.max(slots, leastRows);
  const sizes = { floatType, rows, capacity: rowCapacity(contextLength), slots, contextLength } as const;
  const memory = deviceMemoryPlan(weights, sizes);
  const budgetBytes = deviceMemoryBudget(adapter, options.deviceMemoryBytes ?? null);
  if (budgetBytes !== null) requireDeviceMemory(memory, sizes, budgetBytes, adapter.name);
  const runner = await WebGpuRunner.create(weights, embedding, {
    slots,
    contextLength,
    floatType,
    // A step of few tokens waits for memory, not for products: int8 would cost precision and gain nothing.
    accuracyLevel: options.accuracyLevel ?? 0,
    leastRows,
    ...(onDeviceLost !== undefined && { onDeviceLost }),
  }).catch((cause) => {
    throw deviceFault(adapter, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const fault = await prove(runner, basePrecision(architecture)).catch((cause) => {
    throw deviceFault(adapter, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (fault === null) return { runner, floatType, memory, budgetBytes };
  await runner.close();
  throw deviceFault(adapter, fault);
}

/** What is wrong, or null. Where only long chunks of prompts come out wrong, the runner is kept from running such. */
async function prove(runner: WebGpuRunner, precision: PrecisionConfig): Promise<string | null> {
  const fault = await proveRunner(runner, precision);
  if (fault !== null || (await provesLongPasses(runner, precision))) return fault;
  runner.limitPasses(SHORT_PASS);
  return (await provesLongPasses(runner, precision)) ? null : 'prompts come out wrong';
}

function deviceFault({ name }: AdapterFacts, fault: string, cause?: unknown): QueptError {
  return new QueptError(
    'invalid_config',
    `The model does not run on ${name}: ${fault}. Update its driver, or set device to cpu.`,
    { cause },
  );
}
