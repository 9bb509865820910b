import { childrenOf, HAS_PROC, residentBytes as residentBytesOf } from './child-processes.ts';
import type { ServerProcess } from './spawn-server.ts';

/** Memory of a server and its engine, bytes; null where the system does not tell. */
export function residentBytes({ child: { pid } }: ServerProcess): number | null {
  if (!HAS_PROC || pid === undefined) return null;
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + residentBytesOf(each), 0);
}
