import { readFile } from 'node:fs/promises';
import { QueptError } from '../core/index.ts';

/**
 * A text file that an option names.
 *
 * Throws QueptError `invalid_usage` that names the option and the file.
 */
export async function readText(
  path: string,
  option: string,
  remedy = 'Name a file that can be read',
): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new QueptError('invalid_usage', `${option}: ${path} cannot be read (${code}). ${remedy}.`, {
      cause: error,
    });
  }
}
