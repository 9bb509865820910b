import { type Finding, ok, warn } from './finding.ts';
import type { Machine } from './machine.ts';

const CHECK = 'processor';

/** What the products of quantized matrices are several times faster with, by architecture. */
const FAST_FLAGS: Readonly<Record<string, readonly string[]>> = {
  x64: ['avx2', 'avx_vnni', 'avx512_vnni', 'amx_int8'],
  arm64: ['asimddp', 'i8mm', 'sve'],
};

/** @param threads of the model, as the settings have them */
export function checkProcessor(
  { processors, processorFlags, architecture }: Machine,
  threads: number,
): Finding[] {
  return [checkFlags(architecture, processorFlags), checkThreads(processors, threads)];
}

function checkFlags(architecture: string, flags: Machine['processorFlags']): Finding {
  const wanted = FAST_FLAGS[architecture];
  if (wanted === undefined) {
    return warn(CHECK, `${architecture} has no fast kernels`, 'Use a machine with x64 or arm64 processors.');
  }
  if (flags === null) return ok(CHECK, `${architecture}; the system does not tell what it can do`);
  const found = wanted.filter((flag) => flags.has(flag));
  if (found.length > 0) return ok(CHECK, `${architecture} with ${found.join(', ')}`);
  return warn(
    CHECK,
    `${architecture} without ${wanted.slice(0, 2).join(' or ')}: products of quantized matrices are slow`,
    'Use a newer processor, or let the virtual machine see what its host has (host CPU model).',
  );
}

function checkThreads({ available, physicalCores, quota }: Machine['processors'], threads: number): Finding {
  const told = [
    `${threads} threads of the model`,
    `${available} processors`,
    ...(physicalCores === null ? [] : [`${physicalCores} physical cores`]),
    ...(quota === null ? [] : [`a quota of ${quota}`]),
  ].join(', ');
  if (quota !== null && threads > quota) {
    return warn('threads', told, `Threads beyond a quota are stopped in mid-step: set threads to ${quota}.`);
  }
  if (threads > available) {
    return warn('threads', told, `Threads wait for one another: set threads to ${available} or less.`);
  }
  if (available < 2) {
    return warn('threads', told, 'Give the server a second processor: HTTP and the model share this one.');
  }
  return ok('threads', told);
}
