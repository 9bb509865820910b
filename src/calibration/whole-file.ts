import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a file must be to be the one that was written. */
export interface FileDigest {
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** Bytes handed to the system at a time: a write takes a 32-bit length. */
const WRITE_BYTES = 1 << 26;

/**
 * Writes `pieces` one after the other as file `name`. It appears under that name whole and on disk, or not at all:
 * after a loss of power there is the old file, the new one, or none. Rejects as the file system does, leaving
 * nothing new behind.
 */
export async function writeWhole(
  directory: string,
  name: string,
  pieces: readonly Uint8Array[],
): Promise<FileDigest> {
  const path = join(directory, name);
  const partial = `${path}.partial`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(partial, 'w');
    try {
      for (const piece of pieces) {
        for (let from = 0; from < piece.length; from += WRITE_BYTES) {
          const chunk = piece.subarray(from, from + WRITE_BYTES);
          await file.writeFile(chunk);
          hash.update(chunk);
        }
        bytes += piece.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What is wrong with the file, in words; null when nothing is. */
export async function checkDigest(path: string, { bytes, sha256 }: FileDigest): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size !== bytes) return `it has ${size} bytes, not ${bytes}`;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex') === sha256 ? null : 'its contents have changed';
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Makes a rename last. Some systems cannot open a directory for it: there the file system sees to it. */
async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
  }
}
