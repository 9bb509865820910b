/** The place of a call in a trace that other services are part of, as W3C Trace Context has it. */
export interface TraceContext {
  /** 32 hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all 0. */
  readonly spanId: string;
  /** Whether whoever began the trace keeps it. */
  readonly sampled: boolean;
  /** What tracing systems pass on to one another; null for nothing. */
  readonly state: string | null;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;
/** Longer than any that the standard wants passed on. */
const LONGEST_STATE = 512;

/** Reads the headers `traceparent` and `tracestate`. What is malformed is no context: the trace begins here then. */
export function parseTraceContext(
  traceparent: string | null | undefined,
  tracestate: string | null | undefined,
): TraceContext | null {
  const match = TRACEPARENT.exec(traceparent?.trim() ?? '');
  if (match === null) return null;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = match;
  // Later versions may add to the end, this one may not.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  const state = tracestate?.trim() ?? '';
  return {
    traceId,
    spanId,
    sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED,
    state: state === '' || state.length > LONGEST_STATE ? null : state,
  };
}
