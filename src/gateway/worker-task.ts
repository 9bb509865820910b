import { type ErrorCode, QueptError, toPublicError } from '../core/index.ts';

/**
 * What a worker thread answers. Errors travel as plain values: an Error that crosses a thread loses its class
 * and its fields.
 */
export type TaskResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly param: string | null };

/** Runs `task` and turns what it throws into a result. Anything but a QueptError becomes `internal_error`. */
export async function taskResult<T>(task: () => Promise<T>): Promise<TaskResult<T>> {
  try {
    return { ok: true, value: await task() };
  } catch (thrown) {
    const { code, message, param } = toPublicError(thrown);
    return { ok: false, code, message, param };
  }
}

/** The value of a result. Throws the QueptError that it carries. */
export function resultOf<T>(result: TaskResult<T>): T {
  if (result.ok) return result.value;
  const { code, message, param } = result;
  throw new QueptError(code, message, param === null ? {} : { param });
}
