import { streamCompletion } from '../gateway/stream-load.ts';
import { watchOthers } from '../serving/other-processes.ts';
import { startWatchedServer } from './watched-server.ts';
import type { Watch } from './watches.ts';

export interface RateLoad {
  /** Requests at once. */
  readonly streams: number;
  /** Tokens of each answer. */
  readonly tokens: number;
  /** Answers of each stream, one after another. */
  readonly requests: number;
  /** Artefact; null for the one that comes with the package. */
  readonly model: string | null;
}

const PROMPT = 'Once upon a time there was a fox who';

export interface MeasuredRate {
  readonly tokensPerSecond: number;
  /** Share of the machine that other programs took meanwhile; null where the system does not tell. */
  readonly others: number | null;
}

/** Tokens per second of a closed loop of streams, on a server of its own that has been warmed up. */
export async function measureRate(
  watch: Watch,
  { streams, tokens, requests, model }: RateLoad,
): Promise<MeasuredRate> {
  const server = await startWatchedServer(watch, [
    ...(model === null ? [] : ['--model', model]),
    '--slots',
    String(streams),
    // Precision that adapts to load would hide what the load costs.
    '--policy',
    'fixed',
  ]);
  const body = {
    model: 'default',
    prompt: PROMPT,
    max_tokens: tokens,
    temperature: 0,
    stream: true,
    ignore_eos: true,
  };
  const stream = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await streamCompletion(server.url, body);
  };
  const all = (count: number) => Promise.all(Array.from({ length: streams }, () => stream(count)));
  try {
    await all(1);
    const endWatch = await watchOthers([process.pid]);
    const startedAt = performance.now();
    await all(requests);
    const seconds = (performance.now() - startedAt) / 1000;
    return { tokensPerSecond: (streams * requests * tokens) / seconds, others: await endWatch() };
  } finally {
    await server.stop();
  }
}
