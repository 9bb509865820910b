import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether other processes can be looked at as below. */
export const HAS_PROC = existsSync('/proc/self/stat');
/** Why a test that looks is skipped elsewhere. */
export const NO_PROC = 'needs /proc, as Linux has it';

/** Process ids of the children of a process, as Linux tells them. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)?.parent === pid);
}

/** The words that a process was started with, or has given itself; empty for one that is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process still runs. One that has ended but was not yet asked for its status runs no more. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !HAS_PROC || statOf(pid)?.state !== 'Z';
}

/** Resident memory, bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Time on processors so far, seconds. */
export function processorSeconds(pid: number): number {
  const ticks = statOf(pid)?.ticks ?? 0;
  return ticks / 100;
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Null for a process that is gone. */
function statOf(pid: number): { state: string; parent: number; ticks: number } | null {
  try {
    // Behind the name, which may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    return null;
  }
}
