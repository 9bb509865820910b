import { type QueptError, toPublicError } from '../../core/index.ts';
import { errorBody, retryHeaders } from '../../protocol/index.ts';

/** The answer to a request that failed before anything of its answer was sent. */
export function errorResponse(thrown: unknown): Response {
  const error: QueptError = toPublicError(thrown);
  return new Response(JSON.stringify(errorBody(error)), {
    status: error.http,
    headers: {
      'content-type': 'application/json',
      ...(error.http === 401 && { 'www-authenticate': 'Bearer' }),
      ...retryHeaders(error),
    },
  });
}
