import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as the server had it. Times on `performance`'s clock. */
export interface PacedCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  readonly arrivedAtMs: number;
  /** When each chunk with text was handed to the socket. */
  readonly textAtMs: number[];
  /** When the answer was ended; null while it is not. */
  endedAtMs: number | null;
}

export interface PacedServer {
  readonly url: string;
  /** Of all requests to generate, in order of arrival. */
  readonly calls: readonly PacedCall[];
  close(): Promise<void>;
}

/** Answers a request to generate; `index` counts them. */
export type PacedAnswer = (answer: PacedReply, call: PacedCall, index: number) => Promise<void>;

/** Lists one model, chats and completes, and counts a token for each word of a prompt and three beside. */
export async function startPacedServer(answer: PacedAnswer): Promise<PacedServer> {
  const calls: PacedCall[] = [];
  const server = createServer(async (request, response) => {
    const text = await bodyOf(request);
    const arrivedAtMs = performance.now();
    const { method, url: path = '' } = request;
    if (method === 'GET' || !/^\/v1\/(chat\/)?completions$/.test(path)) {
      const listed = path === '/v1/models';
      response.writeHead(listed ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(listed ? { data: [{ id: 'paced' }] } : { error: { code: 'not_found' } }));
      return;
    }
    const { headers } = request;
    const body = JSON.parse(text) as PacedCall['body'];
    if (body.stream !== true) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ usage: { prompt_tokens: promptTokens(body), completion_tokens: 1 } }));
      return;
    }
    const call: PacedCall = { path, headers, body, arrivedAtMs, textAtMs: [], endedAtMs: null };
    calls.push(call);
    await answer(new PacedReply(response, call), call, calls.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answer to one request. */
export class PacedReply {
  readonly #response: ServerResponse;
  readonly #call: PacedCall;

  constructor(response: ServerResponse, call: PacedCall) {
    this.#response = response;
    this.#call = call;
  }

  refuse(status: number, code: string): void {
    this.#response.writeHead(status, { 'content-type': 'application/json' });
    this.#response.end(JSON.stringify({ error: { message: 'no', type: 'server_error', param: null, code } }));
  }

  open(): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#response.flushHeaders();
  }

  /** A chunk with text. */
  text(content = 'a'): void {
    this.event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    this.#call.textAtMs.push(performance.now());
  }

  event(value: object | string): void {
    this.#response.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);
  }

  /** The reason of the end, usage, and `[DONE]`. */
  end(extension: object = {}): void {
    this.event({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }], ...extension });
    const usage = {
      prompt_tokens: promptTokens(this.#call.body),
      completion_tokens: this.#call.textAtMs.length,
    };
    this.event({ choices: [], usage });
    this.event('[DONE]');
    this.#response.end();
    this.#call.endedAtMs = performance.now();
  }

  /** Ends the connection as it is. */
  cut(): void {
    this.#response.destroy();
  }

  /** A whole answer: a first chunk, and others behind it. */
  async paced({ firstMs, gapMs, chunks }: { firstMs: number; gapMs: number; chunks: number }): Promise<void> {
    this.open();
    await sleep(firstMs);
    this.text();
    for (let i = 1; i < chunks; i++) {
      await sleep(gapMs);
      this.text();
    }
    this.end();
  }
}

function promptTokens({ messages, prompt }: PacedCall['body']): number {
  const text = prompt ?? (messages as readonly { content: string }[])[0]?.content;
  return 3 + String(text).split(' ').length;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
