import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { type ProcessorLimits, processorLimits } from '../../config/index.ts';

/** What is known of the machine, or of the container that this runs in; null where the system does not tell. */
export interface Machine {
  readonly nodeVersion: string;
  /** Name of the long-term release line that Node belongs to. */
  readonly nodeLine: string | null;
  readonly platform: string;
  readonly architecture: string;
  readonly processors: ProcessorLimits;
  /** What the processor can do, in the system's words. */
  readonly processorFlags: ReadonlySet<string> | null;
  readonly memory: MemoryLimits;
  /** Files that may be open at once. */
  readonly descriptors: number | null;
}

export interface MemoryLimits {
  readonly totalBytes: number;
  /** Without pushing anything out that is in use. */
  readonly availableBytes: number;
  /** A container's limit, and what of it is left. */
  readonly limitBytes: number | null;
  readonly limitLeftBytes: number | null;
}

/** What version 1 of control groups says where there is no limit is about this. */
const NO_LIMIT = 2 ** 60;

export function readMachine(): Machine {
  const { version, arch, platform, release } = process;
  return {
    nodeVersion: version,
    nodeLine: release.lts ?? null,
    platform,
    architecture: arch,
    processors: processorLimits(),
    processorFlags: readFlags(),
    memory: readMemory(),
    descriptors: readDescriptors(),
  };
}

function readFlags(): ReadonlySet<string> | null {
  const [, flags] = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(textOf('/proc/cpuinfo') ?? '') ?? [];
  return flags === undefined ? null : new Set(flags.split(/\s+/));
}

function readMemory(): MemoryLimits {
  const [, kibibytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(textOf('/proc/meminfo') ?? '') ?? [];
  const limit =
    numberOf('/sys/fs/cgroup/memory.max') ?? numberOf('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const used =
    numberOf('/sys/fs/cgroup/memory.current') ?? numberOf('/sys/fs/cgroup/memory/memory.usage_in_bytes');
  const limitBytes = limit === null || limit >= NO_LIMIT ? null : limit;
  return {
    totalBytes: totalmem(),
    availableBytes: kibibytes === undefined ? freemem() : Number(kibibytes) * 1024,
    limitBytes,
    limitLeftBytes: limitBytes === null ? null : Math.max(0, limitBytes - (used ?? 0)),
  };
}

function readDescriptors(): number | null {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(textOf('/proc/self/limits') ?? '') ?? [];
  return soft === undefined ? null : Number(soft);
}

/** Null for no such file, and for `max`. */
function numberOf(path: string): number | null {
  const text = textOf(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
