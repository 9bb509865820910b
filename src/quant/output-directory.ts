import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { QueptError } from '../core/index.ts';
import { MANIFEST_FILE, SIMULATION_FILE } from './manifest.ts';

/** What stands where an artefact shall be written; a simulated quantization counts as one. */
type Occupant = 'nothing' | 'empty' | 'artefact';

/**
 * Refuses an output directory that holds anything but an artefact, and an artefact unless `force`.
 * Throws QueptError `invalid_usage`.
 */
export async function checkOutput(out: string, force: boolean): Promise<void> {
  if ((await occupant(out)) === 'artefact' && !force) {
    throw new QueptError('invalid_usage', `${out} already holds an artefact. Add --force to replace it.`);
  }
}

/** A new directory beside `out`, on the same file system, hidden and without a manifest: never loadable. */
export async function createPartial(out: string): Promise<string> {
  const parent = dirname(resolve(out));
  await mkdir(parent, { recursive: true });
  return await mkdtemp(join(parent, `.${basename(resolve(out))}.partial-`));
}

/**
 * Puts the finished `partial` in the place of `out`. An artefact that stands there is moved aside first and
 * moved back when the rename fails.
 */
export async function publish(partial: string, out: string, force: boolean): Promise<void> {
  // Again, since hours may lie between the first check and this.
  await checkOutput(out, force);
  const found = await occupant(out);
  if (found !== 'artefact') {
    if (found === 'empty') await rmdir(out);
    await rename(partial, out);
    return;
  }
  const aside = `${partial}.replaced`;
  await rename(out, aside);
  try {
    await rename(partial, out);
  } catch (error) {
    await rename(aside, out);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function occupant(out: string): Promise<Occupant> {
  let names: string[];
  try {
    names = await readdir(out);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return 'nothing';
    throw new QueptError('invalid_usage', `${out} cannot be used as an output directory (${code}).`, {
      cause: error,
    });
  }
  if (names.length === 0) return 'empty';
  for (const file of [MANIFEST_FILE, SIMULATION_FILE]) {
    if (names.includes(file) && (await isManifest(join(out, file)))) return 'artefact';
  }
  throw new QueptError(
    'invalid_usage',
    `${out} is not empty and not a quept artefact. Choose another output directory.`,
  );
}

async function isManifest(path: string): Promise<boolean> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof json === 'object' && json !== null && 'formatVersion' in json;
  } catch {
    return false;
  }
}
