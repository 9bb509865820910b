import { type Agent, request as httpRequest } from 'node:http';

/** An answer as it came, or why none did. */
export interface PlainAnswer {
  /** Null without an answer. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Code of what broke the connection off, if anything. */
  readonly broken: string | null;
}

export interface PlainRequest {
  /** Sent by POST; GET without it. */
  readonly body?: object;
  /** Keeps connections; without it each request has its own. */
  readonly agent?: Agent;
  /** Told of all that has come so far, with every part of it. */
  readonly onText?: (soFar: string) => void;
}

/** HTTP without a client library's own ideas: no retries, no pool, whatever happens is an answer. */
export function ask(url: string, { body, agent, onText }: PlainRequest = {}): Promise<PlainAnswer> {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : 'POST';
    const settled = { status: null as number | null, headers: {}, text: '' };
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({ ...settled, broken: error.code ?? error.message });
    const call = httpRequest(url, { method, headers, agent: agent ?? false }, (response) => {
      settled.status = response.statusCode ?? null;
      settled.headers = response.headers;
      response.setEncoding('utf8').on('data', (part: string) => {
        settled.text += part;
        onText?.(settled.text);
      });
      response.on('error', fail);
      response.on('end', () => resolve({ ...settled, broken: null }));
    });
    call.on('error', fail);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Codes of the errors in an answer: of its body, or of the events of its stream. */
export function errorCodes({ text }: PlainAnswer): string[] {
  return [...text.matchAll(/"error":\{.*?"code":"(\w+)"/g)].map(([, code]) => code ?? '');
}
