import type { LoadRecord, ScheduledRequest } from '../../src/bench/load/load-record.ts';

/** A completed answer of four tokens, but for what is given. */
export function loadRecord(
  fields: Partial<LoadRecord> & { readonly due?: Partial<ScheduledRequest> } = {},
): LoadRecord {
  const { due, ...given } = fields;
  const request = { atMs: 0, tier: 'default' as const, promptTokens: 8, outputTokens: 4, ...due };
  return {
    request,
    outcome: 'completed',
    fault: null,
    sentAtMs: request.atMs,
    endedAtMs: request.atMs + 130,
    textAtMs: [100, 110, 120, 130].map((ms) => request.atMs + ms),
    outputTokens: 4,
    countedBy: 'usage',
    promptTokens: 8,
    cachedTokens: 0,
    precision: null,
    servedTier: null,
    ...given,
  };
}
