import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, wherever the caller stands. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The script behind an installed package's command. Run with `node`, so no shell and no `.cmd` shim is needed. */
export function packageBin(packageName, command) {
  const folder = join(ROOT, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
