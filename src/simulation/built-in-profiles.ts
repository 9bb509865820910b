import { readdir, readFile } from 'node:fs/promises';
import { type CostProfile, parseCostProfile } from './cost-profile.ts';

/** Beside this module in the sources and in what is built of them: files that are no TypeScript are copied. */
const FOLDER = new URL('./profiles/', import.meta.url);
const ENDING = '.json';

export const DEFAULT_PROFILE = 'cpu-135m';

/** Names of the profiles that come with the program. */
export async function builtInProfiles(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
}

/** The profile of one of those names. */
export async function readBuiltInProfile(name: string): Promise<CostProfile> {
  return parseCostProfile(await readFile(new URL(name + ENDING, FOLDER), 'utf8'), `profile ${name}`);
}
