import { describe, expect, it } from 'vitest';
import { defaultThreads } from '../../../src/config/default-threads.ts';

/** /proc/cpuinfo of `sockets` × `cores` cores with `siblings` threads each. */
function cpuInfo(sockets: number, cores: number, siblings: number): string {
  const processors: string[] = [];
  for (let sibling = 0; sibling < siblings; sibling++) {
    for (let socket = 0; socket < sockets; socket++) {
      for (let core = 0; core < cores; core++) {
        processors.push(
          `processor\t: 0\nphysical id\t: ${socket}\ncore id\t\t: ${core}\ncpu cores\t: ${cores}\n`,
        );
      }
    }
  }
  return `${processors.join('\n')}\n`;
}

describe('defaultThreads', () => {
  it.each([
    ['two threads per core', 16, cpuInfo(1, 8, 2), null, 8],
    ['two sockets', 8, cpuInfo(2, 4, 1), null, 8],
    ['pinned to fewer processors than cores', 2, cpuInfo(1, 8, 2), null, 2],
    ['a container with a quota', 64, cpuInfo(2, 16, 2), '250000 100000\n', 3],
    ['a container without a quota', 4, cpuInfo(1, 4, 1), 'max 100000\n', 4],
    ['a quota below one processor', 4, cpuInfo(1, 4, 1), '50000 100000\n', 1],
    ['no such files', 6, null, null, 6],
    ['a cpuinfo without core ids', 4, 'processor : 0\nBogoMIPS : 48\n', null, 4],
  ])('%s', (_, available, info, cpuMax, expected) => {
    expect(defaultThreads({ available, cpuInfo: info, cpuMax })).toBe(expected);
  });

  it('finds a usable number on this machine', () => {
    expect(defaultThreads()).toBeGreaterThanOrEqual(1);
  });
});
