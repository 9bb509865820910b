import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { AdapterFacts } from './adapter-facts.ts';

/** What Linux tells of a process that uses a device. */
export interface ProcessView {
  /** Libraries that it has loaded. */
  readonly libraries: readonly string[];
  /** Files that it has open. */
  readonly files: readonly string[];
  /** Text of a system file, null where there is none. */
  readonly read: (path: string) => string | null;
  /** What NVIDIA's tool says of its device of this number, asked for `name` or `memory.total`; null where it does not. */
  readonly askNvidia: (index: number, what: string) => string | null;
}

const NVIDIA_NODE = /^\/dev\/nvidia(\d+)$/;
const RENDER_NODE = /^\/dev\/dri\/(renderD\d+)$/;
/** The device of the Windows that runs this Linux. */
const WINDOWS_NODE = '/dev/dxg';
/** Drivers that compute on the processor. */
const SOFTWARE_DRIVERS: readonly (readonly [RegExp, string])[] = [
  [/vk_swiftshader[^/]*\.so/, 'SwiftShader'],
  [/vulkan_lvp[^/]*\.so/, 'lavapipe'],
];
const VENDORS: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x106b': 'Apple',
};
const MIB = 2 ** 20;

/**
 * Which device a process computes on that has a WebGPU device open. The runtime does not tell; but whoever computes on
 * hardware holds the device's node open, and a driver that needs none computes on the processor.
 */
export function linuxAdapter(view: ProcessView): Omit<AdapterFacts, 'shaderF16'> {
  for (const file of view.files) {
    const found = nvidiaAdapter(file, view) ?? renderAdapter(file, view) ?? windowsAdapter(file);
    if (found !== null) return { ...found, kind: 'hardware' };
  }
  const software = SOFTWARE_DRIVERS.find(([file]) => view.libraries.some((library) => file.test(library)));
  const memory = { bytes: totalmem(), of: 'system' } as const;
  if (software !== undefined) return { name: software[1], kind: 'software', memory };
  return { name: 'an unknown device', kind: 'unknown', memory: null };
}

type Found = Pick<AdapterFacts, 'name' | 'memory'>;

function nvidiaAdapter(file: string, { askNvidia }: ProcessView): Found | null {
  const [, index] = NVIDIA_NODE.exec(file) ?? [];
  if (index === undefined) return null;
  const mebibytes = Number(askNvidia(Number(index), 'memory.total') ?? Number.NaN);
  const name = askNvidia(Number(index), 'name') ?? 'NVIDIA GPU';
  return { name, memory: mebibytes > 0 ? { bytes: mebibytes * MIB, of: 'device' } : null };
}

function renderAdapter(file: string, { read }: ProcessView): Found | null {
  const [, node] = RENDER_NODE.exec(file) ?? [];
  if (node === undefined) return null;
  const device = `/sys/class/drm/${node}/device`;
  const vendor = read(`${device}/vendor`)?.trim() ?? '';
  const [, driver = 'unknown driver'] = /^DRIVER=(.*)$/m.exec(read(`${device}/uevent`) ?? '') ?? [];
  const name = `${VENDORS[vendor] ?? `vendor ${vendor}`} GPU ${read(`${device}/device`)?.trim() ?? ''} (${driver})`;
  const own = Number(read(`${device}/mem_info_vram_total`)?.trim() ?? Number.NaN);
  if (own > 0) return { name, memory: { bytes: own, of: 'device' } };
  // Intel's devices in processors have no memory of their own; of its others the kernel does not tell here.
  return { name, memory: driver === 'i915' ? { bytes: totalmem(), of: 'system' } : null };
}

function windowsAdapter(file: string): Found | null {
  return file === WINDOWS_NODE ? { name: 'GPU of the Windows host', memory: null } : null;
}

/** Of this very process. */
export function ownProcessView(): ProcessView {
  const maps = read('/proc/self/maps') ?? '';
  const libraries = new Set(maps.split('\n').map((line) => line.split(/\s+/)[5] ?? ''));
  return { libraries: [...libraries], files: openFiles(), read, askNvidia };
}

/** NVIDIA's own tool comes with its driver; null where it does not. */
function askNvidia(index: number, what: string): string | null {
  try {
    const flags = [`--id=${index}`, `--query-gpu=${what}`, '--format=csv,noheader,nounits'];
    const text = execFileSync('nvidia-smi', flags, {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: 'pipe',
    }).trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
