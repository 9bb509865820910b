import { type Device, type ModelRunner, QueptError } from '../core/index.ts';
import { openRunner, type RunnerOptions } from './cpu/open-runner.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import type { FloatType } from './graph/elastic-graph.ts';
import type { GraphWeights } from './graph/graph-weights.ts';
import type { AdapterFacts } from './webgpu/adapter-facts.ts';
import type { DeviceMemoryPlan } from './webgpu/device-memory.ts';
import { graphicsDevices } from './webgpu/graphics-devices.ts';
import { openWebGpuRunner, type WebGpuOptions } from './webgpu/open-webgpu-runner.ts';
import { type AdapterProbe, probeAdapter } from './webgpu/probe-adapter.ts';
import type { DeviceTransfers } from './webgpu/transfer-meter.ts';

export interface DeviceRunnerOptions
  extends RunnerOptions,
    Pick<WebGpuOptions, 'deviceMemoryBytes' | 'onDeviceLost'> {
  /** Default: auto. */
  readonly device?: Device;
  /** Told in a line what an operator should know of the choice. */
  readonly onNote?: (note: string) => void;
  /** How to look at the adapter. */
  readonly probe?: () => Promise<AdapterProbe>;
  /** Graphics devices that the system has; null where nobody looks. */
  readonly devices?: readonly string[] | null;
}

/** What a model runs on. */
export type DeviceReport =
  | { readonly kind: 'cpu' }
  | {
      readonly kind: 'webgpu';
      readonly adapter: AdapterFacts;
      readonly floatType: FloatType;
      readonly memory: DeviceMemoryPlan;
      readonly budgetBytes: number | null;
    };

export interface DeviceRunner {
  readonly runner: ModelRunner;
  readonly device: DeviceReport;
  /** What has passed between host and device so far; nothing where they are one. */
  transfers(): DeviceTransfers;
}

const NO_TRANSFERS: DeviceTransfers = { uploadedBytes: 0, downloadedBytes: 0 };

/**
 * Opens a runner on the device that is wished for.
 *
 * Throws QueptError `invalid_config` where WebGPU is asked for by name and there is no adapter, or the model does not
 * fit it or does not run on it. `auto` serves on the processor then, and says why.
 */
export async function openDeviceRunner(
  weights: GraphWeights,
  embedding: EmbeddingTable,
  options: DeviceRunnerOptions = {},
): Promise<DeviceRunner> {
  const { device = 'auto', probe = probeAdapter, devices = graphicsDevices(), onNote } = options;
  if (device === 'webgpu') {
    const { facts, fault } = await probe();
    if (facts === null) throw noAdapter(fault);
    return openOn(facts, weights, embedding, options);
  }
  if (device === 'auto' && (devices ?? []).length > 0) {
    const { facts, fault } = await probe();
    if (facts === null) onNote?.(`no graphics device is used: ${fault}`);
    else if (facts.kind !== 'hardware')
      onNote?.(`${facts.name} is not used, for it may be slow: set device webgpu`);
    else {
      try {
        return await openOn(facts, weights, embedding, options);
      } catch (thrown) {
        if (!(thrown instanceof QueptError)) throw thrown;
        onNote?.(`serving on the processor: ${thrown.message}`);
      }
    }
  }
  const runner = await openRunner(weights, embedding, options);
  return { runner, device: { kind: 'cpu' }, transfers: () => NO_TRANSFERS };
}

async function openOn(
  adapter: AdapterFacts,
  weights: GraphWeights,
  embedding: EmbeddingTable,
  options: DeviceRunnerOptions,
): Promise<DeviceRunner> {
  const { runner, ...open } = await openWebGpuRunner(weights, embedding, { ...options, adapter });
  return { runner, device: { kind: 'webgpu', adapter, ...open }, transfers: () => runner.transfers() };
}

function noAdapter(fault: string): QueptError {
  return new QueptError(
    'invalid_config',
    `device webgpu: there is no WebGPU adapter here (${fault}). Install a Vulkan driver and loader, or set device to ` +
      'cpu; docs/gpu.md tells how.',
  );
}
