import { type Clock, parseTraceContext, type TraceContext } from '../core/index.ts';
import {
  type LogFields,
  type Logger,
  NO_TRACER,
  type Span,
  type SpanAttributes,
  type Tracer,
} from '../observability/index.ts';
import { spanAttributesOf, spanErrorOf } from './span-outcome.ts';

/** Where the calls of a server are noted. */
export interface AccessSinks {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Left out: nothing is traced. */
  readonly tracer?: Tracer;
}

/** A call as it arrives. */
export interface Arrival {
  readonly requestId: string;
  readonly method: string;
  /** From a fixed set: what clients put into a path (a key, say) is not for logs. */
  readonly path: string;
  readonly spanName: string;
  readonly spanAttributes: SpanAttributes;
  /** The headers of W3C Trace Context; null for none. */
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** Probes, scrapes and open dashboards come every few seconds for ever; they are only of interest when looked for. */
const ROUTINE = /^\/(health\/|metrics$|dashboard\/)/;

/** The one log line of a request, and its span, written when its answer has ended. */
export class AccessRecord {
  /** Logs with the request's id, and its trace's where there is one. */
  readonly logger: Logger;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #span: Span;
  #fields: LogFields;
  #deferred = false;
  #written = false;

  constructor({ logger, clock, tracer = NO_TRACER }: AccessSinks, arrival: Arrival) {
    const { requestId, method, path, spanName, spanAttributes, traceparent, tracestate } = arrival;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#fields = { method, path };
    this.#span = (ROUTINE.test(path) ? NO_TRACER : tracer).startSpan({
      name: spanName,
      kind: 'server',
      parent: parseTraceContext(traceparent, tracestate),
      attributes: { ...spanAttributes, 'quept.request.id': requestId },
    });
    const traceId = this.#span.context?.traceId;
    this.logger = logger.child({
      request_id: requestId,
      ...(traceId !== undefined && { trace_id: traceId }),
    });
  }

  /** The place in the trace for what is done for this call; null where nothing of it is traced. */
  get trace(): TraceContext | null {
    const { context } = this.#span;
    return context?.sampled === true ? context : null;
  }

  /** Milliseconds since the request arrived. */
  elapsedMs(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }

  add(fields: LogFields): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  /** The answer is a stream: `finish` follows when that ends. */
  defer(): void {
    this.#deferred = true;
  }

  /** The response is known; writes the line unless the stream is still to come. */
  responded(status: number): void {
    this.add({ status });
    if (!this.#deferred) this.finish();
  }

  finish(): void {
    if (this.#written) return;
    this.#written = true;
    const fields = { ...this.#fields, duration_ms: this.elapsedMs() };
    if (ROUTINE.test(String(this.#fields.path))) this.logger.debug(fields, 'request');
    else this.logger.info(fields, 'request');
    this.#span.set(spanAttributesOf(this.#fields));
    this.#span.end(spanErrorOf(this.#fields));
  }
}
