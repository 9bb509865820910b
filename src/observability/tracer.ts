import type { TraceContext } from '../core/index.ts';

export type SpanValue = string | number | boolean | readonly string[];

/** By name; what is null is left out. Never prompts, outputs or keys. */
export type SpanAttributes = Readonly<Record<string, SpanValue | null>>;

export interface SpanStart {
  readonly name: string;
  /** `server` for a call that came from elsewhere. */
  readonly kind: 'server' | 'internal';
  /** Null begins a trace. */
  readonly parent: TraceContext | null;
  /** On the tracer's clock; left out: now. */
  readonly startMs?: number;
  readonly attributes?: SpanAttributes;
}

export interface SpanEnd {
  /** On the tracer's clock; left out: now. */
  readonly endMs?: number;
  /** A code from a small fixed set, where what the span stands for failed; left out: it did not. */
  readonly errorType?: string;
}

/** A stretch of time in a trace. */
export interface Span {
  /** Its own place, for spans below it and for logs; null where there is none, since nothing is traced. */
  readonly context: TraceContext | null;
  set(attributes: SpanAttributes): void;
  /** To be called once, last. */
  end(end?: SpanEnd): void;
}

/** Where it is told what a request's time went to. Calls are synchronous, cheap, and never throw. */
export interface Tracer {
  startSpan(start: SpanStart): Span;
  /** Sends what is still here, and gives that up when it takes long. */
  close(): Promise<void>;
}

/**
 * Traces nothing. A call's own context is passed on, so that logs tell of the caller's trace all the same, and nobody
 * below takes it for sampled.
 */
export const NO_TRACER: Tracer = {
  startSpan: ({ parent }) => ({
    context: parent === null ? null : { ...parent, sampled: false },
    set: () => {},
    end: () => {},
  }),
  close: async () => {},
};
