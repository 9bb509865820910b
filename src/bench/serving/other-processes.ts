import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Of `/proc/<pid>/stat`, counted behind the name in parentheses: the parent, ticks in user and system mode, nice. */
const [PARENT, USER, SYSTEM, NICE] = [1, 11, 12, 16];
const MS_PER_TICK = 10;
/** From here on a program takes next to nothing from one of usual priority. */
const GIVES_WAY = 10;

interface Times {
  readonly busyMs: number;
  readonly totalMs: number;
  /** Of these processes and of those that give way, by pid. */
  readonly ignoredMs: ReadonlyMap<number, number>;
}

/**
 * Watches what other programs than these take of the machine while something is measured. Those of low priority (nice
 * 10 and more) are left out: they take what is left over.
 *
 * @param roots processes that, with all their descendants, are not others
 * @returns ends the watch: the share of all processors' time that others took, 0 to 1; null where the system does not tell
 */
export async function watchOthers(roots: readonly number[]): Promise<() => Promise<number | null>> {
  const before = await readTimes(roots);
  return async () => {
    const after = await readTimes(roots);
    if (before === null || after === null || after.totalMs <= before.totalMs) return null;
    // One that has ended meanwhile is not seen any more: what it took counts as others'.
    let ignoredMs = 0;
    for (const [pid, ms] of after.ignoredMs) ignoredMs += ms - (before.ignoredMs.get(pid) ?? 0);
    const othersMs = after.busyMs - before.busyMs - ignoredMs;
    return Math.max(0, othersMs / (after.totalMs - before.totalMs));
  };
}

async function readTimes(roots: readonly number[]): Promise<Times | null> {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busyMs += working;
    totalMs += working + times.idle;
  }
  const ignoredMs = await ignoredTimes(roots);
  return ignoredMs === null ? null : { busyMs, totalMs, ignoredMs };
}

async function ignoredTimes(roots: readonly number[]): Promise<ReadonlyMap<number, number> | null> {
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
  const ignored = [...processes].filter(([pid, { yields }]) => yields || isOwn(pid));
  return new Map(ignored.map(([pid, { ms }]) => [pid, ms]));
}
