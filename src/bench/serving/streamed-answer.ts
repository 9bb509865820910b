import type { Agent } from 'node:http';
import { readStream } from '../load/read-stream.ts';
import { type ReceivedAnswer, streamCall } from '../load/stream-call.ts';

export type { ReceivedAnswer } from '../load/stream-call.ts';

/** What a client of our own server got, and when. Times on `performance`'s clock. */
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

export interface CallOptions {
  readonly agent: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Streams one completion. Rejects when the connection fails. */
export async function callCompletion(url: URL, body: object, options: CallOptions): Promise<ReceivedAnswer> {
  const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
  const call = await streamCall(new URL('/v1/completions', url), JSON.stringify(streamed), options);
  if (call.fault !== null) throw new Error(`the connection failed: ${call.fault}`);
  return call;
}

/** Null for an answer that was refused or broke off: one without `[DONE]`, or without usage. */
export function parseAnswer(received: ReceivedAnswer): StreamedAnswer | null {
  if (received.status !== 200) return null;
  const { textAtMs, usage, precision, done, fault } = readStream(received);
  if (!done || fault !== null || usage === null || precision === null) return null;
  return {
    textAtMs,
    promptTokens: usage.promptTokens,
    cachedTokens: usage.cachedTokens ?? 0,
    tokens: usage.outputTokens,
    tokensByConfig: new Map(precision.configs.map(({ id, tokens }) => [id, tokens])),
    averageBits: precision.average_bits,
    switches: precision.switches,
  };
}
