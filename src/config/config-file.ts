import { readFileSync } from 'node:fs';

/** A config file's keys, or why it cannot be used. */
type ConfigFile = { readonly values: Readonly<Record<string, unknown>> } | { readonly fault: string };

/** Reads a JSON object. Never throws: a file at fault is one fault among others. */
export function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { fault: missing ? 'no such file' : 'the file cannot be read' };
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    return { fault: `not JSON: ${(error as Error).message}` };
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return { fault: 'must hold one JSON object' };
  }
  return { values: values as Record<string, unknown> };
}
