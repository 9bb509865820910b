import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCK = join(ROOT, 'dist', '.test-build');
const STALE_LOCK_MS = 120_000;

/**
 * Path of a module of the compiled product, `cli/main.js` say. Compiles first when a source is newer than the
 * last build; test files that run side by side wait for one build.
 */
export async function builtModule(name: string): Promise<string> {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  while (!(await lock())) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    if (await isStale()) await build();
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
  return join(ROOT, 'dist', name);
}

async function lock(): Promise<boolean> {
  try {
    await mkdir(LOCK);
    return true;
  } catch {
    // Left behind by a run that was killed.
    const age = Date.now() - (await modifiedAt(LOCK));
    if (age > STALE_LOCK_MS) await rm(LOCK, { recursive: true, force: true });
    return false;
  }
}

async function isStale(): Promise<boolean> {
  const builtAt = await modifiedAt(join(ROOT, 'dist', '.tsbuildinfo'));
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const times = await Promise.all(sources.map((source) => modifiedAt(join(ROOT, 'src', source))));
  return times.some((time) => time > builtAt);
}

/** Milliseconds since the epoch; 0 for what does not exist. */
async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function build(): Promise<void> {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: ROOT }).catch(
    () => {},
  );
}
