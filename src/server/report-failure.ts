import { QueptError, toPublicError } from '../core/index.ts';
import { toldParam } from '../protocol/index.ts';
import type { AccessRecord } from './access-record.ts';

/**
 * Turns whatever ended a request into what its client may know. A fault of ours is logged with its stack under
 * the request's id; a request whose client has gone was cancelled, however that showed.
 */
export function reportFailure(thrown: unknown, clientGone: boolean, access: AccessRecord): QueptError {
  const error = clientGone
    ? new QueptError('cancelled', 'The client closed the connection.')
    : toPublicError(thrown);
  access.add({
    error_code: error.code,
    ...(error.param !== null && { error_param: toldParam(error.param) }),
  });
  if (!clientGone && !(thrown instanceof QueptError)) access.logger.error({ err: thrown }, 'request failed');
  return error;
}
