import type { IncomingMessage, ServerResponse } from 'node:http';
import { QueptError } from '../../core/index.ts';
import { errorBody } from '../../protocol/index.ts';

/** Answers a request whose `expect` header asks for what is not there; Node would send a 417 that says nothing. */
export function unmetExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const error = new QueptError(
    'invalid_request',
    "The header 'expect' can only be '100-continue' here. Leave it out.",
    { param: 'expect' },
  );
  const body = JSON.stringify(errorBody(error));
  // The body was not asked for, and may come or not: nothing can follow on this connection.
  response.writeHead(error.http, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
}
