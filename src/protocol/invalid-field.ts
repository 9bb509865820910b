import { QueptError } from '../core/index.ts';

/** The fault of a field, named as a client writes it; `complaint` goes on from its name. */
export function invalidField(param: string, complaint: string, cause?: unknown): QueptError {
  return new QueptError('invalid_request', `'${param}' ${complaint}`, { param, cause });
}
