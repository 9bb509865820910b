import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { QueptError } from '../../core/index.ts';

/** Which kind of folder is being read, hence which error its damage raises. */
export type FolderFault = 'invalid_checkpoint' | 'invalid_artefact';

/**
 * Reads `directory/file` and checks it against `schema`; null when there is no such file. Throws QueptError
 * `fault` naming the file and the first field at fault.
 */
export async function readJsonFile<Schema extends z.ZodType>(
  directory: string,
  file: string,
  schema: Schema,
  fault: FolderFault,
): Promise<z.output<Schema> | null> {
  const text = await readTextFile(directory, file, fault);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new QueptError(fault, `${file}: not valid JSON (${(error as Error).message}).`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? '' : ` ${issue.path.join('.')}:`;
  throw new QueptError(fault, `${file}:${field} ${issue?.message ?? 'not as expected'}.`, {
    cause: result.error,
  });
}

/** Text of `directory/file`; null when there is no such file. */
export async function readTextFile(
  directory: string,
  file: string,
  fault: FolderFault,
): Promise<string | null> {
  try {
    return await readFile(join(directory, file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    throw new QueptError(fault, `${file}: cannot be read (${code}).`, { cause: error });
  }
}
