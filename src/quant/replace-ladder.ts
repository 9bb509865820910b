import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ladder } from '../core/index.ts';
import { checkManifest } from './check-manifest.ts';
import { explainDiskFault } from './disk-fault.ts';
import { formatManifest, MANIFEST_FILE, parseManifest, type Sensitivity } from './manifest.ts';
import { writeDurably } from './write-durably.ts';

/**
 * Gives a finished artefact another ladder. The manifest is replaced in one step: a reader sees the old one or
 * the new one. Weights are not touched; the artefact's fingerprint changes.
 *
 * Throws QueptError `invalid_artefact` when ladder and artefact do not fit, `invalid_usage` when the folder
 * cannot be written.
 *
 * @param aftermath what a full disk leaves behind, for its message
 */
export async function replaceLadder(
  directory: string,
  { ladder, sensitivity }: { readonly ladder: Ladder; readonly sensitivity: Sensitivity },
  aftermath = 'The ladder is as before.',
): Promise<void> {
  const path = join(directory, MANIFEST_FILE);
  const text = formatManifest({ ...parseManifest(await readFile(path, 'utf8')), ladder, sensitivity });
  checkManifest(parseManifest(text));
  const partial = `${path}.partial`;
  try {
    await writeDurably(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw explainDiskFault(error, path, aftermath);
  }
}
