import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { runChild } from './child.mjs';
import { ensureInstalled, runNpm } from './install.mjs';
import { packageBin, ROOT } from './paths.mjs';

const TASKS = {
  /** `npm start`: the server. */
  serve: (args) => runCli(['serve', ...args]),
  /** `npm run quept`: any command of the command line. */
  cli: (args) => runCli(args),
  build: async () => {
    await ensureInstalled();
    await ensureBuilt();
  },
  test: async (args) => {
    await ensureInstalled();
    await ensureBuilt();
    process.exit(await run(packageBin('vitest', 'vitest'), ['run', ...TEST_REPORTERS, ...args]));
  },
  lint: async (args) => {
    await ensureInstalled();
    // Both, whatever the first one finds.
    const style = await run(packageBin('@biomejs/biome', 'biome'), ['check', ...args]);
    const types = await run(packageBin('typescript', 'tsc'), ['-p', 'tsconfig.json']);
    const pageTypes = await run(packageBin('typescript', 'tsc'), ['-p', 'tsconfig.web.json']);
    process.exit(style || types || pageTypes);
  },
  /** `npm run proto`: what src/protocol/grpc/gen holds, made anew of proto/. */
  proto: async () => {
    // Fetched when wanted: 120 MB that only a change to the interface needs would burden every install.
    const packages = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0'];
    const exec = ['exec', '--yes', ...packages.map((name) => `--package=${name}`), '--'];
    for (const task of ['lint', 'generate']) {
      const code = await runNpm([...exec, 'buf', task], { cwd: join(ROOT, 'proto') });
      if (code !== 0) process.exit(code);
    }
  },
  /** `npm run docs`: what of the documentation is made of code. */
  docs: async () => {
    await ensureInstalled();
    await ensureBuilt();
    await runScript(join('tools', 'write-docs.mjs'), []);
  },
  /** `npm run docs:screenshots`: the pictures of the dashboard, of a server under load. */
  'docs-screenshots': async (args) => {
    await ensureInstalled();
    await ensureBuilt();
    await runScript(join('tools', 'dashboard-screenshots.mjs'), args);
  },
  'bench-engine': (args) => runBuilt(join('bench', 'engine', 'main.js'), args),
  'bench-gpu': (args) => runBuilt(join('bench', 'gpu', 'main.js'), args),
  'bench-gateway': (args) => runBuilt(join('bench', 'gateway', 'main.js'), args),
  'bench-scheduler': (args) => runBuilt(join('bench', 'scheduler', 'main.js'), args),
  'bench-observability': (args) => runBuilt(join('bench', 'observability', 'main.js'), args),
  'bench-structured': (args) => runBuilt(join('bench', 'structured', 'main.js'), args),
  /** `npm run docs:structured`: what the JSON Schema test suite says of structured output. */
  'docs-structured': (args) => runBuilt(join('bench', 'structured', 'write-suite-table.js'), args),
  'bench-serving': (args) => runBuilt(join('bench', 'serving', 'main.js'), args),
  'bench-peer': (args) => runBuilt(join('bench', 'peer', 'main.js'), args),
  'bench-soak': (args) => runBuilt(join('bench', 'soak', 'main.js'), args),
  /** `npm run model:data`: what the default model learns from. */
  'model-data': async (args) => {
    await ensureInstalled();
    await runScript(join('tools', 'default-model', 'prepare-data.mjs'), args);
  },
  /** `npm run model:skills`: what the default model is tested with. */
  'model-skills': async (args) => {
    await ensureInstalled();
    await runScript(join('tools', 'default-model', 'prepare-skills.mjs'), args);
  },
  /** `npm run model:text`: what the default model is calibrated on. */
  'model-text': async (args) => {
    await ensureInstalled();
    await runScript(join('tools', 'default-model', 'prepare-text.mjs'), args);
  },
  /** `npm run model:train`: the trainer behind the default model. */
  'model-train': (args) => runBuilt(join('training', 'main.js'), args),
  'model-loss': (args) => runBuilt(join('training', 'draw-loss.js'), args),
  'bench-quality': (args) => runBuilt(join('bench', 'quality', 'main.js'), args),
  'bench-calibration': (args) => runBuilt(join('bench', 'calibration', 'main.js'), args),
};

const TEST_REPORTERS = [
  '--reporter=default',
  '--reporter=./tools/test-summary.mjs',
  '--reporter=junit',
  '--outputFile.junit=.cache/junit.xml',
];

// What src/config/keep-to-itself.ts says, for programs that are not the command line.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** Runs one task; sets the exit code itself. */
export async function runTask(name, args) {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    process.stderr.write(`quept: no task '${name}'; known are ${Object.keys(TASKS).join(', ')}.\n`);
    process.exit(2);
  }
  try {
    await task(args);
  } catch (error) {
    process.stderr.write(`quept: ${error.message}\n`);
    process.exit(1);
  }
}

function runCli(args) {
  return runBuilt(join('cli', 'main.js'), args);
}

async function runBuilt(path, args) {
  await ensureInstalled();
  await ensureBuilt();
  await runScript(join('dist', path), args);
}

/** In this very process, so that signals and exit codes are the program's own. */
async function runScript(path, args) {
  const main = join(ROOT, path);
  process.argv = [process.argv[0], main, ...args];
  await import(pathToFileURL(main).href);
}

/** Resolves to the exit code of an installed package's command. */
async function run(script, args) {
  const code = await runChild(process.execPath, [script, ...args], { cwd: ROOT });
  if (code !== 0) process.stderr.write(`quept: ${basename(script)} ended with exit code ${code}.\n`);
  return code;
}
