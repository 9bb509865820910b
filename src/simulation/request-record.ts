import type { ServiceLevel } from '../core/index.ts';

/** What became of one request, as its client saw it. */
export interface RequestRecord {
  readonly arrivedAtMs: number;
  readonly level: ServiceLevel;
  /** `refused` at admission; `failed` later; null until it ends. */
  outcome: 'finished' | 'refused' | 'failed' | null;
  firstTokenAtMs: number | null;
  lastTokenAtMs: number | null;
  tokens: number;
  /** Tokens by rung, index = rung; empty before the first. */
  readonly tokensByRung: number[];
  lastRung: number | null;
  /** When a token came at another rung than the one before. */
  readonly switchedAtMs: number[];
}

export function createRecord(arrivedAtMs: number, level: ServiceLevel): RequestRecord {
  return {
    arrivedAtMs,
    level,
    outcome: null,
    firstTokenAtMs: null,
    lastTokenAtMs: null,
    tokens: 0,
    tokensByRung: [],
    lastRung: null,
    switchedAtMs: [],
  };
}

/** First token − arrival, queueing included; null when there was no token. */
export function ttftMs({ firstTokenAtMs, arrivedAtMs }: RequestRecord): number | null {
  return firstTokenAtMs === null ? null : firstTokenAtMs - arrivedAtMs;
}

/** (last − first)/(n − 1); null below two tokens. */
export function tpotMs({ firstTokenAtMs, lastTokenAtMs, tokens }: RequestRecord): number | null {
  if (firstTokenAtMs === null || lastTokenAtMs === null || tokens < 2) return null;
  return (lastTokenAtMs - firstTokenAtMs) / (tokens - 1);
}

/** Whether it finished within its target for the first token. */
export function meetsTtft(record: RequestRecord): boolean {
  return record.outcome === 'finished' && (ttftMs(record) ?? 0) <= record.level.ttftMs;
}

/** Whether it finished within its target for the others; an answer of one token has none to miss. */
export function meetsTpot(record: RequestRecord): boolean {
  return record.outcome === 'finished' && (tpotMs(record) ?? 0) <= record.level.tpotMs;
}

/** Both. */
export function meetsTargets(record: RequestRecord): boolean {
  return meetsTtft(record) && meetsTpot(record);
}
