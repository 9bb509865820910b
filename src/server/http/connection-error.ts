import { STATUS_CODES } from 'node:http';
import { QueptError } from '../../core/index.ts';
import { errorBody, retryHeaders } from '../../protocol/index.ts';

/** What Node's HTTP parser calls the beginning of an HTTP/2 connection. */
export const HTTP2_PREFACE = 'HPE_PAUSED_H2_UPGRADE';

/** What a fault of Node's HTTP parser or its timers means to the client. */
export function connectionError(code: string | undefined): QueptError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new QueptError(
        'request_timeout',
        'The request was not received in time. Send it without pauses.',
      );
    case 'HPE_HEADER_OVERFLOW':
      return new QueptError('request_too_large', 'The request headers are too large.');
    case HTTP2_PREFACE:
      return new QueptError('invalid_request', 'This port does not speak HTTP/2. Use HTTP/1.1.');
    default:
      return new QueptError('invalid_request', 'The request is not valid HTTP/1.1.');
  }
}

/** A whole HTTP/1.1 response as text, for a socket that has no response object. */
export function rawErrorResponse(error: QueptError): string {
  const body = JSON.stringify(errorBody(error));
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...retryHeaders(error),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.http} ${STATUS_CODES[error.http] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`;
}
