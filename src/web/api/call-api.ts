import { ApiError, readError } from './api-error.ts';
import { storedKey } from './key-store.ts';

/**
 * Calls the server that the page came from, with the key of this tab.
 *
 * @param path from the page on, without a slash before it: a proxy may have the page below a path of its own
 *
 * Rejects with ApiError for an answer that is an error, and for none at all; with AbortError when `signal` is aborted.
 */
export async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
  const key = storedKey();
  const headers = new Headers(init.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: 'omit', cache: 'no-store' });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new ApiError(0, 'unreachable', 'The server does not answer.');
  }
  if (response.ok) return response;
  throw readError(response.status, await response.json().catch(() => null), retryAfterOf(response));
}

function retryAfterOf({ headers }: Response): number | null {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && Number.isFinite(Number(ms))) return Number(ms);
  const seconds = headers.get('retry-after');
  return seconds !== null && Number.isFinite(Number(seconds)) ? Number(seconds) * 1000 : null;
}
