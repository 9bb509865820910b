import { QueptError } from '../../core/index.ts';

/** The fault of a field that must be set and is not. */
export function required(param: string, remedy = ''): QueptError {
  return new QueptError('invalid_request', `'${param}' is required. ${remedy}`.trimEnd(), { param });
}
