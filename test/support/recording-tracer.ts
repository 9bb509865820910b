import type { TraceContext } from '../../src/core/index.ts';
import type { SpanAttributes, SpanEnd, SpanStart, Tracer } from '../../src/observability/index.ts';

export interface RecordedSpan extends SpanStart {
  readonly context: TraceContext;
  attributes: SpanAttributes;
  /** Null while it lasts. */
  ended: SpanEnd | null;
}

/** A tracer that keeps every span as it was told. Ids count up. */
export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = [];

  startSpan(start: SpanStart) {
    const id = String(this.spans.length + 1);
    const context: TraceContext = {
      traceId: start.parent?.traceId ?? id.padStart(32, '0'),
      spanId: id.padStart(16, '0'),
      sampled: start.parent?.sampled ?? true,
      state: start.parent?.state ?? null,
    };
    const span: RecordedSpan = { ...start, context, attributes: known(start.attributes ?? {}), ended: null };
    this.spans.push(span);
    return {
      context,
      set: (attributes: SpanAttributes) => {
        span.attributes = { ...span.attributes, ...known(attributes) };
      },
      end: (end: SpanEnd = {}) => {
        if (span.ended !== null) throw new Error(`the span ${span.name} was ended twice`);
        span.ended = end;
      },
    };
  }

  async close(): Promise<void> {}
}

function known(attributes: SpanAttributes): SpanAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
}
