import { ERROR_TABLE, type QueptError } from '../../core/index.ts';

const DEFAULT_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Statuses after which OpenAI's clients try again unless told otherwise. */
const RETRIED_STATUSES = new Set([408, 409, 429]);

/**
 * Headers that tell a client whether and when to try again: `Retry-After` (seconds, at most 60) and
 * `retry-after-ms` on retryable errors, `x-should-retry: false` where a client would retry in vain.
 */
export function retryHeaders(error: QueptError): Record<string, string> {
  const { retryable, http } = ERROR_TABLE[error.code];
  if (retryable) {
    const waitMs = Math.min(MAX_RETRY_MS, Math.max(1, Math.ceil(error.retryAfterMs ?? DEFAULT_RETRY_MS)));
    return { 'retry-after': String(Math.ceil(waitMs / 1000)), 'retry-after-ms': String(waitMs) };
  }
  return http >= 500 || RETRIED_STATUSES.has(http) ? { 'x-should-retry': 'false' } : {};
}
