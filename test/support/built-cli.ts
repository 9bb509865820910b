import { execFile } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCK = join(ROOT, '.cache', 'test-build');
const STALE_LOCK_MS = 120_000;

/**
 * Path of a module of the compiled product, `cli/main.js` say. Compiles first when sources have changed since the
 * last build; test files that run side by side wait for one build.
 */
export async function builtModule(name: string): Promise<string> {
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  while (!(await lock())) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    await promisify(execFile)(process.execPath, [join(ROOT, 'tools', 'run.mjs'), 'build'], { cwd: ROOT });
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
  return join(ROOT, 'dist', name);
}

/** Takes the lock if it is free. One left behind by a run that was killed is removed once it is old. */
async function lock(): Promise<boolean> {
  try {
    await mkdir(LOCK);
    return true;
  } catch {
    const takenAt = await stat(LOCK).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - takenAt > STALE_LOCK_MS) await rm(LOCK, { recursive: true, force: true });
    return false;
  }
}
