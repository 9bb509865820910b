import type { QueptError } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';

/** The fault of a field that must be set and is not. */
export function required(param: string, remedy = ''): QueptError {
  return invalidField(param, `is required. ${remedy}`.trimEnd());
}
