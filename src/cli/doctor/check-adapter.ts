import type { Device } from '../../core/index.ts';
import {
  type AdapterFacts,
  type AdapterProbe,
  deviceMemoryBudget,
  graphicsDevices,
  probeAdapter,
} from '../../engine/index.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'gpu';
const MIB = 2 ** 20;

interface AdapterSurroundings {
  /** Graphics devices that the system has; null where nobody looks. */
  readonly devices: readonly string[] | null;
  readonly probe: () => Promise<AdapterProbe>;
}

const REAL: AdapterSurroundings = { devices: graphicsDevices(), probe: () => probeAdapter() };

/** Opens the device that WebGPU takes, in a process of its own, and says what it is and whether it will be used. */
export async function checkAdapter(
  device: Device,
  setBytes: number | null,
  { devices, probe }: AdapterSurroundings = REAL,
): Promise<Finding> {
  const { facts, fault } = await probe();
  if (facts === null) return withoutAdapter(device, devices ?? [], fault);
  const told = describeAdapter(facts, setBytes);
  if (device === 'cpu') return ok(CHECK, `${told}; not used, since device is cpu`);
  if (device === 'webgpu' && facts.kind === 'software') {
    return warn(
      CHECK,
      `${told}: for tests, since the processor serves many times faster`,
      'Set device to cpu.',
    );
  }
  if (facts.kind === 'hardware' || device === 'webgpu') return ok(CHECK, `${told}; the model runs on it`);
  return ok(CHECK, `${told}; not used unless device is webgpu`);
}

function withoutAdapter(device: Device, devices: readonly string[], fault: string): Finding {
  const remedy =
    'Install the Vulkan loader (libvulkan1) and a driver (mesa-vulkan-drivers, or NVIDIA’s with its graphics part), or set device to cpu; docs/gpu.md tells how.';
  const told = `WebGPU has no adapter: ${fault}`;
  if (device === 'webgpu') return fail(CHECK, told, remedy);
  if (device === 'cpu' || devices.length === 0) return ok(CHECK, `${told}; the processor serves`);
  return warn(CHECK, `${told}, though there is ${devices.join(', ')}; the processor serves`, remedy);
}

function describeAdapter(facts: AdapterFacts, setBytes: number | null): string {
  const { name, kind, shaderF16, memory } = facts;
  const budget = deviceMemoryBudget(facts, setBytes);
  const there =
    memory === null ? 'memory unknown' : `${Math.floor(memory.bytes / MIB)} MiB of ${memory.of} memory`;
  const usable =
    budget === null ? 'no bound: set deviceMemoryMb' : `${Math.floor(budget / MIB)} MiB for the model`;
  return `${name} (${kind}), ${shaderF16 ? 'float16' : 'float32 only'}, ${there}, ${usable}`;
}
