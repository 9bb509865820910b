import { readFile } from 'node:fs/promises';
import { parseKeys, readKeyDocument } from '../../access/index.ts';
import type { ServeConfig } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'keys';

/** Reads the API keys that the settings name; null where there are none to read. */
export async function checkKeys({ keys: path, keyEntries, insecure, host }: ServeConfig): Promise<Finding> {
  if (path === null && keyEntries === null) {
    return insecure
      ? warn(
          CHECK,
          `none, and whoever reaches ${host} may use the server`,
          'Give it keys: quept keys create.',
        )
      : ok(CHECK, `none: only this machine can use the server`);
  }
  try {
    const inFile = path === null ? [] : await keysOf(path);
    const count = inFile.length + (keyEntries === null ? 0 : parseKeys(keyEntries, 'keyEntries').length);
    return ok(CHECK, `${count} in ${path ?? 'the settings'}`);
  } catch (thrown) {
    if (!(thrown instanceof QueptError)) throw thrown;
    return fail(CHECK, thrown.message, 'Correct the file; quept keys create makes entries.');
  }
}

async function keysOf(path: string) {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new QueptError('invalid_config', `${path} cannot be read (${cause.code})`, { cause });
  });
  return parseKeys(readKeyDocument(text, path).keys, path);
}
