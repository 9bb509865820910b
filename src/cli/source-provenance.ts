import { basename, resolve } from 'node:path';
import { checkpointFingerprint } from '../engine/index.ts';
import { packageVersion } from './package-version.ts';

/** Where what is made of a checkpoint comes from. */
export async function sourceProvenance(directory: string) {
  return {
    toolVersion: packageVersion(),
    sourceName: basename(resolve(directory)),
    sourceDirectory: directory,
    sourceSha256: await checkpointFingerprint(directory),
    createdAt: new Date(),
  };
}
