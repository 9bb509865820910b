import { z } from 'zod';
import type { ReceivedAnswer } from './stream-call.ts';

const precision = z.object({
  average_bits: z.number(),
  configs: z.array(z.object({ id: z.string(), average_bits: z.number().optional(), tokens: z.int() })),
  switches: z.int(),
});

/** What of a chunk matters here, of any server that speaks the OpenAI API. */
const chunk = z.object({
  choices: z
    .array(
      z.object({
        text: z.string().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            tool_calls: z.array(z.unknown()).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
  usage: z
    .object({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      prompt_tokens_details: z.object({ cached_tokens: z.int().nullish() }).nullish(),
    })
    .nullish(),
  precision: precision.nullish(),
  service_tier: z.string().nullish(),
});

type Chunk = z.infer<typeof chunk>;

export type PrecisionServed = z.infer<typeof precision>;

/** What a stream told, and when. Times on `performance`'s clock. */
export interface StreamReading {
  /** When each chunk with text (or a part of a call) came. */
  readonly textAtMs: readonly number[];
  /** When the chunk with the reason of the end came; null where none did. */
  readonly finishedAtMs: number | null;
  /** Null where the server tells none. */
  readonly usage: {
    readonly promptTokens: number;
    readonly outputTokens: number;
    readonly cachedTokens: number | null;
  } | null;
  /** The extension by which a server tells at which precision it served; null where it has none. */
  readonly precision: PrecisionServed | null;
  readonly serviceTier: string | null;
  /** Whether the stream came to its `[DONE]`. */
  readonly done: boolean;
  /** What went wrong within the stream: the code of an error event, or `malformed`; null for nothing. */
  readonly fault: string | null;
}

/** Reads what was received as server-sent events of an OpenAI stream. Each event is dated by the piece that completes it. */
export function readStream({ pieces }: ReceivedAnswer): StreamReading {
  const reading = {
    textAtMs: [] as number[],
    finishedAtMs: null as number | null,
    usage: null as StreamReading['usage'],
    precision: null as PrecisionServed | null,
    serviceTier: null as string | null,
    done: false,
    fault: null as string | null,
  };
  for (const { atMs, data } of events(pieces)) {
    if (data === '[DONE]') {
      reading.done = true;
      continue;
    }
    const event = parseEvent(data);
    if (typeof event === 'string') {
      reading.fault = event;
      break;
    }
    const { choices = [], usage, precision: served, service_tier: tier } = event;
    if (choices.some(hasText)) reading.textAtMs.push(atMs);
    if (choices.some(({ finish_reason: reason }) => reason != null)) reading.finishedAtMs = atMs;
    if (usage != null) {
      reading.usage = {
        promptTokens: usage.prompt_tokens,
        outputTokens: usage.completion_tokens,
        cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
      };
    }
    reading.precision = served ?? reading.precision;
    reading.serviceTier = tier ?? reading.serviceTier;
  }
  return reading;
}

/** The data of each event, and when it was complete. */
function* events(
  pieces: ReceivedAnswer['pieces'],
): Generator<{ readonly atMs: number; readonly data: string }, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for (const { atMs, data } of pieces) {
    const blocks = (rest + decoder.decode(data, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      if (lines.length > 0)
        yield { atMs, data: lines.map((line) => line.slice('data:'.length).trim()).join('\n') };
    }
  }
}

/** The chunk, or what is wrong with it. */
function parseEvent(data: string): Chunk | string {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return 'malformed';
  }
  const error = errorCode(json);
  if (error !== null) return error;
  const parsed = chunk.safeParse(json);
  return parsed.success ? parsed.data : 'malformed';
}

/** The code (or type) in an OpenAI error object; null where it is none. */
export function errorCode(json: unknown): string | null {
  const { error } = (typeof json === 'object' && json !== null ? json : {}) as { readonly error?: unknown };
  if (error == null) return null;
  const { code, type } = (typeof error === 'object' ? error : {}) as Readonly<Record<string, unknown>>;
  const named = [code, type].find((name) => typeof name === 'string' && name !== '');
  return typeof named === 'string' ? named : 'error';
}

function hasText({ text, delta }: NonNullable<Chunk['choices']>[number]): boolean {
  const calls = delta?.tool_calls?.length ?? 0;
  return calls > 0 || [text, delta?.content, delta?.reasoning_content].some((part) => (part ?? '') !== '');
}
