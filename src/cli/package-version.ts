import { readFileSync } from 'node:fs';

/** The version in package.json, which lies at the same place seen from src and from dist. */
export function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
