import { type Agent, request } from 'node:http';

export interface HttpCall {
  readonly path: string;
  /** Sent by POST as it is; GET without it. */
  readonly body?: string;
  readonly contentType?: string;
  readonly agent: Agent;
  /** The client goes away after so many parts of the answer; 0 is before any. */
  readonly leaveAfter?: number;
}

export interface HttpOutcome {
  /** The status; `left` for a client that went away; else the code of what broke. */
  readonly result: string;
  /** From the request to the first part of its answer; null without one. */
  readonly firstMs: number | null;
}

/** How long a client that leaves at once waits until it does, so that the request is somewhere on its way. */
const LEAVE_AFTER_MS = 20;

/** One request to its end, whichever it is. A stream that ends without `[DONE]` counts as `cut`. */
export function httpCall(
  url: URL,
  { path, body, contentType, agent, leaveAfter }: HttpCall,
): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let firstMs: number | null = null;
    let left = false;
    const end = (result: string): void => resolve({ result: left ? 'left' : result, firstMs });
    const leave = (): void => {
      left = true;
      call.destroy();
    };
    const call = request(
      new URL(path, url),
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': contentType ?? 'application/json' },
        agent,
      },
      (response) => {
        const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
        let parts = 0;
        let tail = '';
        response.on('data', (data: Buffer) => {
          firstMs ??= performance.now() - startedAt;
          tail = (tail + data.toString('latin1')).slice(-32);
          if (++parts === leaveAfter) leave();
        });
        response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
        response.on('end', () =>
          end(isStream && !tail.includes('[DONE]') ? 'cut' : String(response.statusCode)),
        );
      },
    );
    call.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
    call.end(body);
    if (leaveAfter === 0) setTimeout(leave, LEAVE_AFTER_MS);
  });
}
