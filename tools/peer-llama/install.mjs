// Installs the benchmark's contender beside this file, once. It is kept out of the project's own dependencies:
// nothing that is served needs it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));

if (!isInstalled()) {
  process.stderr.write(
    'quept: installing node-llama-cpp for the benchmark (npm ci in tools/peer-llama) ...\n',
  );
  const [command, ...args] = npmCommand();
  const { status } = spawnSync(command, [...args, 'ci'], {
    cwd: FOLDER,
    // npm's output goes to stderr: stdout is the benchmark's report.
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
  process.exit(status ?? 1);
}

/** Whether every package that is wanted here stands at the wanted version. */
function isInstalled() {
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  return Object.entries(dependencies).every(([name, version]) => {
    try {
      const installed = readFileSync(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8');
      return JSON.parse(installed).version === version;
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
