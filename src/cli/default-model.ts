import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name of the model that comes with the package. */
export const DEFAULT_MODEL = 'quept-small';

/** Where it lies, at the same place seen from src and from dist; null where the package was stripped of it. */
export function defaultModelDirectory(): string | null {
  const directory = join(fileURLToPath(new URL('../../models/', import.meta.url)), DEFAULT_MODEL);
  return existsSync(directory) ? directory : null;
}
