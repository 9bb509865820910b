import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Of `/proc/<pid>/stat`, counted behind the name in parentheses: the parent, and ticks in user and system mode. */
const [PARENT, USER, SYSTEM, NICE] = [1, 11, 12, 16];
const MS_PER_TICK = 10;
/** From here on a program takes next to nothing from one of usual priority. */
const GIVES_WAY = 10;

/**
 * Watches what other programs than these take of the machine while something is measured. Those of low priority (nice
 * 10 and more) are left out: they take what is left over.
 *
 * @param roots processes that, with all their descendants, are not others
 * @returns ends the watch: the share of all processors' time that others took, 0 to 1; null where the system does not tell
 */
export async function watchOthers(roots: readonly number[]): Promise<() => Promise<number | null>> {
  const before = await times(roots);
  return async () => {
    const after = await times(roots);
    if (before === null || after === null || after.totalMs <= before.totalMs) return null;
    const othersMs = after.busyMs - before.busyMs - (after.ignoredMs - before.ignoredMs);
    return Math.max(0, othersMs / (after.totalMs - before.totalMs));
  };
}

async function times(
  roots: readonly number[],
): Promise<{ busyMs: number; totalMs: number; ignoredMs: number } | null> {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times: spent } of cpus()) {
    const working = spent.user + spent.nice + spent.sys + spent.irq;
    busyMs += working;
    totalMs += working + spent.idle;
  }
  const ignoredMs = await ignoredTime(roots);
  return ignoredMs === null ? null : { busyMs, totalMs, ignoredMs };
}

/** Of these processes, and of those that give way. */
async function ignoredTime(roots: readonly number[]): Promise<number | null> {
  const processes = new Map<number, { parent: number; ms: number; yields: boolean }>();
  const names = await readdir('/proc').catch(() => [] as string[]);
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system, nice] = [PARENT, USER, SYSTEM, NICE].map((field) => Number(fields[field]));
    if (parent === undefined || user === undefined || system === undefined || fields.length <= NICE) continue;
    processes.set(Number(name), {
      parent,
      ms: MS_PER_TICK * (user + system),
      yields: (nice ?? 0) >= GIVES_WAY,
    });
  }
  if (processes.size === 0) return null;
  const isOwn = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const found = processes.get(pid);
    return found !== undefined && found.parent !== pid && found.parent > 0 && isOwn(found.parent);
  };
  return [...processes].reduce((sum, [pid, { ms, yields }]) => sum + (yields || isOwn(pid) ? ms : 0), 0);
}
