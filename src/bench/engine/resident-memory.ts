import { readFileSync } from 'node:fs';

export interface ResidentMemory {
  readonly residentBytes: number;
  /** Resident pages that no file backs; null where the system does not tell. */
  readonly anonymousBytes: number | null;
}

/** Of this process. Linux tells mapped files from the rest; other systems give the sum only. */
export function residentMemory(): ResidentMemory {
  if (process.platform !== 'linux') {
    return { residentBytes: process.memoryUsage.rss(), anonymousBytes: null };
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return 1024 * Number(kibibytes ?? Number.NaN);
  };
  return { residentBytes: field('VmRSS'), anonymousBytes: field('RssAnon') };
}
