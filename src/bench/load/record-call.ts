import type { LoadOutcome, LoadRecord, ScheduledRequest } from './load-record.ts';
import { errorCode, readStream, type StreamReading } from './read-stream.ts';
import type { ReceivedAnswer, StreamCall } from './stream-call.ts';

/** How a call came about. Times on `performance`'s clock. */
export interface CallContext {
  readonly request: ScheduledRequest;
  readonly startedAtMs: number;
  readonly sentAtMs: number;
  /** Why it was given up, where it was. */
  readonly givenUp: 'timed-out' | 'unfinished' | null;
}

/** What a call comes to. */
export function recordCall(call: StreamCall, context: CallContext): LoadRecord {
  const { request, startedAtMs, sentAtMs } = context;
  const streamed = call.status === 200;
  const reading = readStream(streamed ? call : { ...call, pieces: [] });
  const { outcome, fault } = outcomeOf(call, reading, context);
  const textAtMs = timesOfText(reading, outcome).map((atMs) => atMs - startedAtMs);
  return {
    request,
    outcome,
    fault,
    sentAtMs: sentAtMs - startedAtMs,
    endedAtMs: call.endedAtMs - startedAtMs,
    textAtMs,
    outputTokens: reading.usage?.outputTokens ?? reading.textAtMs.length,
    countedBy: reading.usage === null ? 'chunks' : 'usage',
    promptTokens: reading.usage?.promptTokens ?? null,
    cachedTokens: reading.usage?.cachedTokens ?? null,
    precision: reading.precision,
    servedTier: reading.serviceTier,
  };
}

/** Of a request that was not sent. */
export function recordDropped(request: ScheduledRequest): LoadRecord {
  return {
    request,
    outcome: 'dropped',
    fault: 'too many under way',
    sentAtMs: null,
    endedAtMs: request.atMs,
    textAtMs: [],
    outputTokens: 0,
    countedBy: 'chunks',
    promptTokens: null,
    cachedTokens: null,
    precision: null,
    servedTier: null,
  };
}

/** Tokens that have no text of their own came with the end of the answer, where nothing came before. */
function timesOfText({ textAtMs, finishedAtMs }: StreamReading, outcome: LoadOutcome): readonly number[] {
  return textAtMs.length === 0 && outcome === 'completed' && finishedAtMs !== null
    ? [finishedAtMs]
    : textAtMs;
}

function outcomeOf(
  call: StreamCall,
  { done, fault }: StreamReading,
  { givenUp }: CallContext,
): { readonly outcome: LoadOutcome; readonly fault: string | null } {
  if (call.fault === 'ABORTED') return { outcome: givenUp ?? 'unfinished', fault: null };
  if (call.status !== 0 && call.status !== 200) return { outcome: 'refused', fault: refusalOf(call) };
  if (call.fault !== null) return { outcome: call.status === 0 ? 'failed' : 'broken', fault: call.fault };
  if (fault !== null || !done) return { outcome: 'broken', fault: fault ?? 'cut' };
  return { outcome: 'completed', fault: null };
}

/** `503 overloaded`, or the status alone. */
function refusalOf({ status, pieces }: ReceivedAnswer): string {
  const text = Buffer.concat(pieces.map(({ data }) => data)).toString('utf8');
  try {
    const code = errorCode(JSON.parse(text));
    return code === null ? String(status) : `${status} ${code}`;
  } catch {
    return String(status);
  }
}
