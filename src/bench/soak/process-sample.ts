import { readdir, readFile } from 'node:fs/promises';

export interface ProcessSample {
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly threads: number;
}

/** A process as Linux sees it now. Rejects when it is gone. */
export async function sampleProcess(pid: number): Promise<ProcessSample> {
  const [status, descriptors] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    residentBytes: 1024 * field('VmRSS'),
    descriptors: descriptors.length,
    threads: field('Threads'),
  };
}

/** Process id of the one child of `pid`. Throws Error when there is none or more than one. */
export async function onlyChild(pid: number): Promise<number> {
  const children: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(parent) === pid) children.push(Number(name));
  }
  const [child] = children;
  if (child === undefined || children.length > 1)
    throw new Error(`process ${pid} has ${children.length} children`);
  return child;
}
