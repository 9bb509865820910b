import { QueptError } from '../../src/core/index.ts';

/** The code and param with which `action` is refused, or `accepted`. */
export function refusalCode(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof QueptError)
      return error.param === null ? error.code : `${error.code} ${error.param}`;
    throw error;
  }
  return 'accepted';
}
