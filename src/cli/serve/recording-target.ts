import { appendFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { QueptError } from '../../core/index.ts';

/**
 * Makes sure that a recording can be written to `path`, and creates the file. A recording that is there already is
 * never written over; an empty file, which a start that failed leaves behind, is none.
 *
 * @returns the path from the root
 * Throws QueptError `invalid_config`.
 */
export function prepareRecording(path: string): string {
  const target = resolve(path);
  const there = statSync(target, { throwIfNoEntry: false });
  if (there !== undefined && (!there.isFile() || there.size > 0)) {
    throw new QueptError(
      'invalid_config',
      `record: ${path} exists and is not written over. Name a new file, or remove it.`,
    );
  }
  try {
    appendFileSync(target, '');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new QueptError(
      'invalid_config',
      `record: ${path} cannot be written (${reason}). Name another file.`,
      {
        cause,
      },
    );
  }
  return target;
}
