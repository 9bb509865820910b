import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseKeys, readKeyDocument } from '../access/index.ts';

/** Hashes of good keys are no secrets, but names and limits are nobody's business. */
const NEW_FILE_MODE = 0o600;

/**
 * Adds an entry to a keys file, or makes the file. The file is replaced at once, so a server that watches it sees all of
 * it or what was there before.
 *
 * Rejects with QueptError `invalid_config` when the file would be at fault; it is as it was then.
 */
export async function addKeyEntry(path: string, entry: object): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const known = before === null ? [] : readKeyDocument(before, path).keys;
  if (before !== null) parseKeys(known, path);
  const keys = [...(known as readonly unknown[]), entry];
  parseKeys(keys, path);
  const mode = before === null ? NEW_FILE_MODE : (await stat(path)).mode & 0o777;
  const temporary = `${path}.${randomUUID()}`;
  // A folder of its own is what containers mount.
  if (before === null) await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, `${JSON.stringify({ keys }, null, 2)}\n`, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
