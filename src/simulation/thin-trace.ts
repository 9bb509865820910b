import { QueptError } from '../core/index.ts';
import type { TraceRow } from './trace.ts';

export interface ThinTraceOptions {
  /** The part of the trace, from its start, that is used. */
  readonly spanMs: number;
  /** How many of that part's requests are kept. */
  readonly requests: number;
  /** Multiplies the lengths; at least a token is left. */
  readonly lengthScale: number;
}

/**
 * Fewer requests of a recorded trace, with its ups and downs. Every k-th on average is kept, evenly in order and not by
 * chance.
 *
 * @param rows in order of time, as `parseTrace` gives them
 * Throws QueptError `invalid_usage` where the part holds fewer.
 */
export function thinTrace(
  rows: readonly TraceRow[],
  { spanMs, requests, lengthScale }: ThinTraceOptions,
): TraceRow[] {
  const part = rows.filter(({ atMs }) => atMs < spanMs);
  if (requests > part.length) {
    throw new QueptError(
      'invalid_usage',
      `The first ${Number((spanMs / 60_000).toFixed(2))} minutes of the trace hold ${part.length} requests, fewer than the ${requests} that are wanted of them. Lower the rate, or take the trace faster.`,
    );
  }
  return Array.from({ length: requests }, (_, i) => part[Math.floor((i * part.length) / requests)]).flatMap(
    (row) => (row === undefined ? [] : [scaleLengths(row, lengthScale)]),
  );
}

/** Lengths times a factor. */
export function scaleLengths({ atMs, promptTokens, outputTokens }: TraceRow, factor: number): TraceRow {
  const scaled = (tokens: number): number => Math.max(1, Math.round(tokens * factor));
  return { atMs, promptTokens: scaled(promptTokens), outputTokens: scaled(outputTokens) };
}
