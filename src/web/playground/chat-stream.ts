import { ApiError, readError } from '../api/api-error.ts';
import { callApi } from '../api/call-api.ts';
import { chunksOf, sseData } from '../api/sse-data.ts';
import type { ServedConfig, ServedPrecision } from './served-precision.ts';

export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How an answer is to be made; null leaves a choice to the server. */
export interface ChatWish {
  /** A word as the field `precision` takes it. */
  readonly precision: string;
  readonly tier: string;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly seed: number | null;
}

/** What a stream says. */
export type ChatPart =
  /** It began; `granted` is the range of precision, `q4..q8`. */
  | { readonly type: 'start'; readonly granted: string }
  /** A piece of text, and the tokens since the piece before. */
  | { readonly type: 'piece'; readonly text: string; readonly configs: readonly ServedConfig[] }
  | {
      readonly type: 'end';
      readonly reason: string;
      readonly tier: string;
      readonly precision: ServedPrecision;
    };

interface ChunkJson {
  readonly error?: unknown;
  readonly service_tier?: string;
  readonly precision?: ServedPrecision;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
    readonly precision?: { readonly configs: readonly ServedConfig[] };
  }[];
}

/**
 * Asks for the next turn of a conversation, and yields what comes as it comes, `end` last.
 *
 * Throws ApiError where the server refuses, fails, or breaks off; AbortError when `signal` is aborted.
 */
export async function* streamChat(
  turns: readonly ChatTurn[],
  wish: ChatWish,
  signal: AbortSignal,
): AsyncGenerator<ChatPart, void> {
  const response = await callApi('v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestBody(turns, wish)),
    signal,
  });
  if (response.body === null) throw brokenOff();
  yield { type: 'start', granted: response.headers.get('x-precision') ?? '' };
  let ended = false;
  for await (const data of sseData(chunksOf(response.body))) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as ChunkJson;
    if (chunk.error !== undefined) throw readError(response.status, chunk, null);
    for (const part of partsOf(chunk)) {
      ended ||= part.type === 'end';
      yield part;
    }
  }
  if (!ended) throw brokenOff();
}

function requestBody(turns: readonly ChatTurn[], wish: ChatWish): object {
  return {
    model: 'default',
    messages: turns,
    stream: true,
    stream_options: { include_precision: true },
    precision: wish.precision,
    service_tier: wish.tier,
    ...(wish.temperature !== null && { temperature: wish.temperature }),
    ...(wish.maxTokens !== null && { max_completion_tokens: wish.maxTokens }),
    ...(wish.seed !== null && { seed: wish.seed }),
  };
}

function partsOf({ choices = [], precision, service_tier: tier = '' }: ChunkJson): ChatPart[] {
  return choices.flatMap(({ delta, finish_reason: reason, precision: piece }) => {
    const text = delta?.content ?? '';
    const configs = piece?.configs ?? [];
    const parts: ChatPart[] = text === '' && configs.length === 0 ? [] : [{ type: 'piece', text, configs }];
    if (reason != null && precision !== undefined) parts.push({ type: 'end', reason, tier, precision });
    return parts;
  });
}

function brokenOff(): ApiError {
  return new ApiError(0, 'broken_off', 'The answer broke off.');
}
