import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { runChild } from './child.mjs';
import { packageBin, ROOT } from './paths.mjs';

const SOURCE = join(ROOT, 'src');
const OUTPUT = join(ROOT, 'dist');
const STAMP = join(OUTPUT, '.stamp');
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
/** Modules of src/web that the page loads: what must come before anything is painted, and the rest. */
const PAGE_SCRIPTS = ['theme', 'page'];

/** Compiles src into dist unless dist was made from these very sources. */
export async function ensureBuilt() {
  const sources = listFiles(SOURCE);
  const fingerprint = fingerprintOf(sources);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint) return;

  process.stderr.write('quept: building dist ...\n');
  rmSync(STAMP, { force: true });
  const code = await runChild(
    process.execPath,
    [packageBin('typescript', 'tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: ROOT,
      stdio: ['ignore', 2, 2],
    },
  );
  if (code !== 0) {
    process.stderr.write('quept: the build failed; see the messages above.\n');
    process.exit(code);
  }
  copyAssets(sources);
  removeLeftovers(sources);
  await bundlePage();
  chmodSync(join(OUTPUT, 'cli', 'main.js'), 0o755);
  writeFileSync(STAMP, fingerprint);
}

/** The page in a browser takes one script: its modules and uPlot, whose licence goes with it. */
async function bundlePage() {
  // Loaded late: this file is read before anything is installed.
  const { build } = await import('rolldown');
  const library = join(ROOT, 'node_modules', 'uplot');
  const licence = `/*!\nuPlot, part of this file:\n\n${readFileSync(join(library, 'LICENSE'), 'utf8')}*/`;
  for (const name of PAGE_SCRIPTS) {
    await build({
      input: join(SOURCE, 'web', `${name}.ts`),
      logLevel: 'warn',
      output: {
        file: join(OUTPUT, 'web', `${name}.js`),
        format: 'iife',
        minify: true,
        ...(name === 'page' && { banner: licence }),
      },
    });
  }
  copyFileSync(join(library, 'dist', 'uPlot.min.css'), join(OUTPUT, 'web', 'uplot.css'));
}

/** Paths below `folder`, sorted. */
function listFiles(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(prefix, entry.name);
      return entry.isDirectory() ? listFiles(folder, path) : [path];
    })
    .sort();
}

/** Name, size and time of change of everything the build reads. */
function fingerprintOf(sources) {
  const hash = createHash('sha256');
  for (const path of [...SETTINGS, ...sources.map((source) => join('src', source))]) {
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Files that are not TypeScript stand in dist where they stand in src. */
function copyAssets(sources) {
  for (const path of sources) {
    if (extname(path) === '.ts') continue;
    mkdirSync(dirname(join(OUTPUT, path)), { recursive: true });
    copyFileSync(join(SOURCE, path), join(OUTPUT, path));
  }
}

/** A module whose source was deleted or renamed must not stay importable. */
function removeLeftovers(sources) {
  const known = new Set(sources);
  for (const path of listFiles(OUTPUT)) {
    const module = path.replace(/\.js(\.map)?$/, '.ts');
    if (!path.startsWith('.') && !known.has(path) && !known.has(module)) rmSync(join(OUTPUT, path));
  }
}
