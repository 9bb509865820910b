import { type LoadRecord, ttftMs } from './load-record.ts';
import type { LoadRun } from './result-schema.ts';

type Point = LoadRun['timeline']['points'][number];

export interface LoadTimeline {
  readonly windowSeconds: number;
  readonly points: Point[];
  readonly concurrency: { readonly mean: number; readonly max: number };
}

const WINDOWS = 60;
const SHORTEST_MS = 500;

interface Window {
  scheduled: number;
  completed: number;
  tokens: number;
  /** Of tokens whose precision is known. */
  knownTokens: number;
  bits: number;
  /** Request-milliseconds under way. */
  underWayMs: number;
  readonly ttftsMs: number[];
}

/**
 * The run in windows of equal length, from its start to the last answer. Each token counts with the average bits of its
 * answer: servers tell of answers, not of tokens.
 */
export function loadTimeline(records: readonly LoadRecord[], spanMs: number): LoadTimeline {
  const windowMs = Math.max(SHORTEST_MS, spanMs / WINDOWS);
  const endMs = records.reduce((latest, { endedAtMs }) => Math.max(latest, endedAtMs), spanMs);
  const windows = Array.from({ length: Math.max(1, Math.ceil(endMs / windowMs)) }, emptyWindow);
  const at = (ms: number): Window =>
    windows[Math.min(windows.length - 1, Math.max(0, Math.floor(ms / windowMs)))] as Window;
  for (const record of records) {
    at(record.request.atMs).scheduled++;
    if (record.outcome === 'completed') at(record.endedAtMs).completed++;
    const ttft = ttftMs(record);
    if (ttft !== null) at(record.request.atMs).ttftsMs.push(ttft);
    countTokens(record, at);
    if (record.sentAtMs !== null) {
      for (let i = Math.max(0, Math.floor(record.sentAtMs / windowMs)); i < windows.length; i++) {
        const [from, to] = [i * windowMs, (i + 1) * windowMs];
        const ms = Math.min(to, record.endedAtMs) - Math.max(from, record.sentAtMs);
        if (ms <= 0) break;
        (windows[i] as Window).underWayMs += ms;
      }
    }
  }
  const seconds = windowMs / 1000;
  return {
    windowSeconds: seconds,
    points: windows.map((window, i) => ({
      seconds: i * seconds,
      scheduledPerSecond: window.scheduled / seconds,
      completedPerSecond: window.completed / seconds,
      tokensPerSecond: window.tokens / seconds,
      underWay: window.underWayMs / windowMs,
      averageBits: window.knownTokens === 0 ? null : window.bits / window.knownTokens,
      meanTtftMs:
        window.ttftsMs.length === 0
          ? null
          : window.ttftsMs.reduce((sum, ms) => sum + ms, 0) / window.ttftsMs.length,
    })),
    concurrency: concurrencyOf(records, spanMs),
  };
}

function emptyWindow(): Window {
  return { scheduled: 0, completed: 0, tokens: 0, knownTokens: 0, bits: 0, underWayMs: 0, ttftsMs: [] };
}

/** A chunk may hold several tokens, or a token no text: the tokens of an answer are spread over its chunks. */
function countTokens(record: LoadRecord, at: (ms: number) => Window): void {
  const { textAtMs, precision } = record;
  const perChunk = tokensPerChunk(record);
  for (const ms of textAtMs) {
    const window = at(ms);
    window.tokens += perChunk;
    if (precision === null) continue;
    window.knownTokens += perChunk;
    window.bits += perChunk * precision.average_bits;
  }
}

function tokensPerChunk({ textAtMs, outputTokens }: LoadRecord): number {
  return textAtMs.length === 0 ? 0 : outputTokens / textAtMs.length;
}

/** Tokens that came in a stretch of time, of whatever requests. */
export function tokensWithin(records: readonly LoadRecord[], fromMs: number, toMs: number): number {
  return records.reduce(
    (sum, record) =>
      sum + tokensPerChunk(record) * record.textAtMs.filter((ms) => ms >= fromMs && ms < toMs).length,
    0,
  );
}

/** Answers that came to their end in a stretch of time, of whatever requests. */
export function completedWithin(records: readonly LoadRecord[], fromMs: number, toMs: number): number {
  return records.filter(
    ({ outcome, endedAtMs }) => outcome === 'completed' && endedAtMs >= fromMs && endedAtMs < toMs,
  ).length;
}

/** Requests under way: the mean while requests were due, and the most at any time. */
function concurrencyOf(records: readonly LoadRecord[], spanMs: number): LoadTimeline['concurrency'] {
  const sent = records.filter(({ sentAtMs }) => sentAtMs !== null);
  const changes = sent.flatMap(({ sentAtMs, endedAtMs }) => [
    { atMs: sentAtMs ?? 0, by: 1 },
    { atMs: endedAtMs, by: -1 },
  ]);
  // An end at the moment of a start comes first.
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let [underWay, max] = [0, 0];
  for (const { by } of changes) {
    underWay += by;
    max = Math.max(max, underWay);
  }
  const totalMs = sent.reduce(
    (sum, { sentAtMs, endedAtMs }) =>
      sum + Math.max(0, Math.min(endedAtMs, spanMs) - Math.min(sentAtMs ?? 0, spanMs)),
    0,
  );
  return { mean: totalMs / spanMs, max };
}
