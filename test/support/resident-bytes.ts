import { existsSync, readFileSync } from 'node:fs';
import type { ServerProcess } from './spawn-server.ts';

/** Memory of a server and its engine, bytes; null where the system does not tell. */
export function residentBytes({ child: { pid } }: ServerProcess): number | null {
  if (!existsSync(`/proc/${pid}/status`)) return null;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children].reduce<number>((sum, each) => {
    const status = readFileSync(`/proc/${each}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }, 0);
}
