import {
  type Context,
  createTraceState,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { TraceContext } from '../../core/index.ts';
import type { Span, SpanAttributes, SpanEnd, SpanStart, Tracer } from '../tracer.ts';
import type { TraceClock } from './trace-clock.ts';

/** The port on OpenTelemetry's own tracer. */
export function otlpTracer(tracer: OtelTracer, clock: TraceClock, close: () => Promise<void>): Tracer {
  return {
    startSpan({ name, kind, parent, startMs, attributes }: SpanStart): Span {
      if (kind === 'server') clock.adjust();
      const span = tracer.startSpan(
        name,
        {
          kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
          startTime: clock.toEpochMs(startMs ?? clock.now()),
          ...(attributes !== undefined && { attributes: known(attributes) }),
        },
        contextOf(parent),
      );
      return new OtlpSpan(span, clock);
    },
    close,
  };
}

class OtlpSpan implements Span {
  readonly context: TraceContext;
  readonly #span: OtelSpan;
  readonly #clock: TraceClock;

  constructor(span: OtelSpan, clock: TraceClock) {
    const { traceId, spanId, traceFlags, traceState } = span.spanContext();
    const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.context = { traceId, spanId, sampled, state: traceState?.serialize() ?? null };
    this.#span = span;
    this.#clock = clock;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(known(attributes));
  }

  end({ endMs, errorType }: SpanEnd = {}): void {
    if (errorType !== undefined) {
      this.#span.setAttribute('error.type', errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end(this.#clock.toEpochMs(endMs ?? this.#clock.now()));
  }
}

function contextOf(parent: TraceContext | null): Context {
  if (parent === null) return ROOT_CONTEXT;
  const { traceId, spanId, sampled, state } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state !== null && { traceState: createTraceState(state) }),
  });
}

function known(attributes: SpanAttributes): Record<string, string | number | boolean | string[]> {
  const values: Record<string, string | number | boolean | string[]> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) values[name] = typeof value === 'object' ? [...value] : value;
  }
  return values;
}
