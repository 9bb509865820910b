import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'disk';
const MIB = 2 ** 20;

/** A recording is all that a server writes: its folder must take it. */
export async function checkDisk(record: string | null, maxBytes: number): Promise<Finding> {
  if (record === null) return ok(CHECK, 'nothing is written: no recording is asked for');
  const path = resolve(record);
  const folder = dirname(path);
  const there = await stat(path).catch(() => null);
  if (there !== null && there.size > 0) {
    return fail(
      CHECK,
      `${path} is there already`,
      'A recording is never written over: set record to a new file.',
    );
  }
  try {
    await access(folder, constants.W_OK);
  } catch {
    return fail(
      CHECK,
      `${folder} cannot be written to`,
      'Make the folder, or give the server the right to write there.',
    );
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const told = `${folder} has ${Math.floor(free / MIB)} MiB free for a recording of up to ${Math.floor(maxBytes / MIB)} MiB`;
  return free < maxBytes ? warn(CHECK, told, 'Make room, or lower recordMaxBytes.') : ok(CHECK, told);
}
