import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** An answer as received. Parsed only when it is over, since parsing takes time from a server on the same cores. */
export interface ReceivedAnswer {
  /** 0 where none came. */
  readonly status: number;
  readonly pieces: readonly { readonly atMs: number; readonly data: Buffer }[];
  readonly endedAtMs: number;
}

/** Whatever became of a call: what had come of it when it ended, and what ended it. */
export interface StreamCall extends ReceivedAnswer {
  /** Code of what broke the connection, ECONNREFUSED say; null for an answer that was received to its end. */
  readonly fault: string | null;
}

export interface StreamCallOptions {
  readonly agent: CallAgent;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborted to give the call up; its fault is ABORTED then. */
  readonly signal?: AbortSignal;
}

export type CallAgent = HttpAgent | HttpsAgent;

/** Keeps connections open, and opens as many as there are calls at once. */
export function callAgent(url: URL): CallAgent {
  const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  return url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
}

/** Posts a body of JSON and notes when each piece of the answer came. Times are on `performance`'s clock. Never rejects. */
export function streamCall(url: URL, body: string, options: StreamCallOptions): Promise<StreamCall> {
  return new Promise((resolve) => attempt(url, body, options, resolve));
}

function attempt(
  url: URL,
  body: string,
  options: StreamCallOptions,
  resolve: (call: StreamCall) => void,
): void {
  const { agent, headers, signal } = options;
  const pieces: { atMs: number; data: Buffer }[] = [];
  let status = 0;
  const end = (fault: string | null): void =>
    resolve({ status, pieces, endedAtMs: performance.now(), fault });
  const call = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
    url,
    {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...headers },
      ...(signal !== undefined && { signal }),
    },
    (response: IncomingMessage) => {
      status = response.statusCode ?? 0;
      response.on('data', (data: Buffer) => pieces.push({ atMs: performance.now(), data }));
      response.on('end', () => end(null));
      response.on('error', (error) => end(faultOf(error)));
    },
  );
  call.on('error', (error: NodeJS.ErrnoException) => {
    // A server may close a kept connection at the moment at which it is used again: no answer to this request.
    if (call.reusedSocket && status === 0 && error.code === 'ECONNRESET')
      attempt(url, body, options, resolve);
    else end(faultOf(error));
  });
  call.end(body);
}

function faultOf(error: NodeJS.ErrnoException): string {
  return error.name === 'AbortError' ? 'ABORTED' : (error.code ?? error.name);
}
