import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runChild } from './child.mjs';
import { ROOT } from './paths.mjs';

/**
 * Runs `npm ci` unless node_modules already holds what package-lock.json asks for. npm's own record of the
 * installed tree is compared, so an install made by hand counts, and an interrupted one does not.
 */
export async function ensureInstalled() {
  const wanted = readLock(join(ROOT, 'package-lock.json'));
  if (wanted === null)
    throw new Error('package-lock.json is missing or unreadable; restore it from the repository.');
  const installed = readLock(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed !== null && isSatisfied(wanted, installed)) return;

  process.stderr.write(
    installed === null
      ? 'quept: installing dependencies (npm ci), once; this takes a minute ...\n'
      : 'quept: dependencies changed; installing them (npm ci) ...\n',
  );
  const code = await runNpm(['ci', '--include=dev'], {
    cwd: ROOT,
    // npm's output goes to stderr: stdout belongs to the command that follows.
    stdio: ['ignore', 2, 2],
    // Without this the package fetches CUDA libraries wherever it sees a CUDA toolkit.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (code !== 0) {
    process.stderr.write('quept: npm ci failed; see its messages above.\n');
    process.exit(code);
  }
}

function readLock(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** Every wanted package is there at its version; only optional ones (other platforms') may be absent. */
function isSatisfied(wanted, installed) {
  const same = (path) =>
    wanted[path].version === installed[path]?.version &&
    wanted[path].integrity === installed[path]?.integrity;
  const complete = Object.keys(wanted).every(
    (path) => path === '' || same(path) || (installed[path] === undefined && isOptional(wanted[path])),
  );
  return complete && Object.keys(installed).every((path) => path in wanted);
}

function isOptional(entry) {
  return entry.optional === true || entry.devOptional === true || entry.peer === true;
}

/** Resolves to npm's exit code. */
export function runNpm(args, options) {
  const [command, ...first] = npmCommand();
  return runChild(command, [...first, ...args], { ...options, shell: command.endsWith('.cmd') });
}

/** The npm that runs this script, else the one on the path. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running !== undefined && /^(npm-cli|npx-cli)\.c?js$/.test(basename(running))) {
    return [process.execPath, running.replace(/npx-cli(\.c?js)$/, 'npm-cli$1')];
  }
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
