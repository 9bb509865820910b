import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** What the machine says about its processors; the two texts are null where the system has no such file. */
interface ProcessorFacts {
  /** Processors this process may run on. */
  readonly available: number;
  /** Linux `/proc/cpuinfo`. */
  readonly cpuInfo: string | null;
  /** The control group's `cpu.max`: quota and period in microseconds, or `max`. */
  readonly cpuMax: string | null;
}

/** How many threads of a program can run at once, by what limits them; null where nothing is known of a limit. */
export interface ProcessorLimits {
  /** Processors this process may run on. */
  readonly available: number;
  readonly physicalCores: number | null;
  /** A container's share, in whole processors. */
  readonly quota: number | null;
}

export function processorLimits(facts: ProcessorFacts = readProcessorFacts()): ProcessorLimits {
  return {
    available: facts.available,
    physicalCores: physicalCores(facts.cpuInfo),
    quota: quota(facts.cpuMax),
  };
}

/**
 * Threads for the model: one per physical core, since two threads of one core share its vector units, and no
 * more than a container's processor quota, since threads beyond it are stopped in mid-step.
 */
export function defaultThreads(facts: ProcessorFacts = readProcessorFacts()): number {
  const limits = Object.values(processorLimits(facts)).filter((limit) => limit !== null);
  return Math.max(1, Math.min(...limits));
}

function physicalCores(cpuInfo: string | null): number | null {
  if (cpuInfo === null) return null;
  const cores = new Set<string>();
  for (const processor of cpuInfo.split(/\n\s*\n/)) {
    const socket = /^physical id\s*:\s*(\d+)/m.exec(processor)?.[1];
    const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (socket !== undefined && core !== undefined) cores.add(`${socket}/${core}`);
  }
  return cores.size === 0 ? null : cores.size;
}

function quota(cpuMax: string | null): number | null {
  const [quotaUs, periodUs] = (cpuMax ?? '').trim().split(/\s+/).map(Number);
  if (quotaUs === undefined || periodUs === undefined || !(quotaUs > 0) || !(periodUs > 0)) return null;
  return Math.ceil(quotaUs / periodUs);
}

function readProcessorFacts(): ProcessorFacts {
  return {
    available: availableParallelism(),
    cpuInfo: readIfPresent('/proc/cpuinfo'),
    cpuMax: readIfPresent('/sys/fs/cgroup/cpu.max') ?? olderCpuMax(),
  };
}

/** What version 1 of control groups has in two files. */
function olderCpuMax(): string | null {
  const [quotaUs, periodUs] = ['quota', 'period'].map((what) =>
    readIfPresent(`/sys/fs/cgroup/cpu/cpu.cfs_${what}_us`),
  );
  return quotaUs == null || periodUs == null ? null : `${quotaUs.trim()} ${periodUs.trim()}`;
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
