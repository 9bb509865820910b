import { type Agent, type IncomingMessage, request } from 'node:http';
import { z } from 'zod';

const precision = z.object({
  average_bits: z.number(),
  configs: z.array(z.object({ id: z.string(), tokens: z.int() })),
  switches: z.int(),
});

const chunk = z.object({
  choices: z.array(z.object({ text: z.string(), finish_reason: z.string().nullable() })),
  usage: z
    .object({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      prompt_tokens_details: z.object({ cached_tokens: z.int() }),
    })
    .nullable(),
  precision: precision.optional(),
});

/** What a client got, and when. Times on `performance`'s clock. */
export interface StreamedAnswer {
  /** When each piece of text came. */
  readonly textAtMs: readonly number[];
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly tokens: number;
  readonly tokensByConfig: ReadonlyMap<string, number>;
  readonly averageBits: number;
  readonly switches: number;
}

/** As received: parsed only when the run is over, since parsing takes time from the server on the same cores. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly pieces: readonly { readonly atMs: number; readonly data: Buffer }[];
  readonly endedAtMs: number;
}

export interface CallOptions {
  readonly agent: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Streams one completion. Rejects when the connection fails. */
export function callCompletion(
  url: URL,
  body: object,
  { agent, headers }: CallOptions,
): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL('/v1/completions', url),
      { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } },
      (response) => receive(response, resolve, reject),
    );
    call.on('error', reject);
    call.end(JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }));
  });
}

function receive(
  response: IncomingMessage,
  resolve: (answer: ReceivedAnswer) => void,
  reject: (error: Error) => void,
): void {
  const pieces: { atMs: number; data: Buffer }[] = [];
  response.on('data', (data: Buffer) => pieces.push({ atMs: performance.now(), data }));
  response.on('end', () =>
    resolve({ status: response.statusCode ?? 0, pieces, endedAtMs: performance.now() }),
  );
  response.on('error', reject);
}

/** Null for an answer that was refused or broke off: one without `[DONE]`, or without usage. */
export function parseAnswer({ status, pieces }: ReceivedAnswer): StreamedAnswer | null {
  if (status !== 200) return null;
  const textAtMs: number[] = [];
  let rest = '';
  let done = false;
  let last: z.infer<typeof chunk> | null = null;
  for (const { atMs, data } of pieces) {
    const events = (rest + data.toString('utf8')).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (!event.startsWith('data: ')) continue;
      if (event === 'data: [DONE]') {
        done = true;
        continue;
      }
      const parsed = chunk.safeParse(JSON.parse(event.slice('data: '.length)));
      if (!parsed.success) return null;
      last = parsed.data;
      const [choice] = last.choices;
      if (choice !== undefined && choice.text !== '' && choice.finish_reason === null) textAtMs.push(atMs);
    }
  }
  if (!done || last?.usage == null || last.precision === undefined) return null;
  const { usage, precision: served } = last;
  return {
    textAtMs,
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details.cached_tokens,
    tokens: usage.completion_tokens,
    tokensByConfig: new Map(served.configs.map(({ id, tokens }) => [id, tokens])),
    averageBits: served.average_bits,
    switches: served.switches,
  };
}
