import type { DeviceReport } from '../engine/index.ts';

const MIB = 2 ** 20;

/** What a model runs on, as fields of a log line. */
export function describeDevice(device: DeviceReport): Readonly<Record<string, string | number | null>> {
  if (device.kind === 'cpu') return { device: 'cpu' };
  const { adapter, floatType, memory, budgetBytes } = device;
  return {
    device: 'webgpu',
    adapter: adapter.name,
    adapterKind: adapter.kind,
    floatType,
    deviceMiB: Math.ceil(memory.totalBytes / MIB),
    budgetMiB: budgetBytes === null ? null : Math.floor(budgetBytes / MIB),
  };
}
