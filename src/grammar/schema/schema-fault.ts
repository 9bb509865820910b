import { QueptError } from '../../core/index.ts';

/** A schema that is not enforced, or that is none: `path` and keyword, then what is the matter with it. */
export function schemaFault(path: string, what: string): QueptError {
  return new QueptError('invalid_request', `'${path}' ${what}`, { param: path });
}

/** `path` with one step more, as a client writes it. */
export function step(path: string, key: string | number): string {
  return typeof key === 'number' ? `${path}[${key}]` : `${path}.${key.slice(0, 100)}`;
}
