import { readdir, readFile } from 'node:fs/promises';

/**
 * Proportional set size of a process and all its descendants, bytes: private pages, and of shared ones this tree's part,
 * so that weights mapped by several processes count once. Null where the system does not tell (it is Linux that does).
 */
export async function treeMemory(root: number): Promise<number | null> {
  const parents = new Map<number, number>();
  for (const name of (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    parents.set(Number(name), Number(parent));
  }
  const isOwn = (pid: number): boolean => pid === root || (pid > 1 && isOwn(parents.get(pid) ?? 0));
  const sizes = await Promise.all([...parents.keys()].filter(isOwn).map(proportionalSize));
  const known = sizes.filter((size) => size !== null);
  return known.length === 0 ? null : known.reduce((sum, size) => sum + size, 0);
}

async function proportionalSize(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? null : 1024 * Number(kibibytes);
}

const SAMPLE_MS = 2_000;

/** Samples `treeMemory` until the returned function is called; that resolves to the largest. */
export function watchMemory(root: number): () => Promise<number | null> {
  let peak: number | null = null;
  let last: Promise<void> = Promise.resolve();
  const sample = async (): Promise<void> => {
    const bytes = await treeMemory(root);
    if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
  };
  const timer = setInterval(() => {
    last = sample();
  }, SAMPLE_MS);
  return async () => {
    clearInterval(timer);
    await last;
    await sample();
    return peak;
  };
}
