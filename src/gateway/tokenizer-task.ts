import { type ErrorCode, QueptError, toPublicError } from '../core/index.ts';

/**
 * What a worker thread answers. Errors travel as plain values: an Error that crosses a thread loses its class
 * and its fields.
 */
export type TokenizeResult =
  | { readonly ok: true; readonly tokens: Int32Array }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly param: string | null };

/** Runs `tokenize` and turns what it throws into a result. Anything but a QueptError becomes `internal_error`. */
export async function tokenizeResult(tokenize: () => Promise<Int32Array>): Promise<TokenizeResult> {
  try {
    return { ok: true, tokens: await tokenize() };
  } catch (thrown) {
    const { code, message, param } = toPublicError(thrown);
    return { ok: false, code, message, param };
  }
}

/** The tokens of a result. Throws the QueptError that it carries. */
export function tokensOf(result: TokenizeResult): Int32Array {
  if (result.ok) return result.tokens;
  const { code, message, param } = result;
  throw new QueptError(code, message, param === null ? {} : { param });
}
