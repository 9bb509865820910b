import type { Clock } from '../../core/index.ts';
import type { Logger } from '../logger.ts';
import { NO_TRACER, type Tracer } from '../tracer.ts';

export interface TracerOptions {
  /** Base address of an OTLP collector, `http://127.0.0.1:4318` say; null traces nothing. */
  readonly endpoint: string | null;
  /** Share of traces that are kept, of those that begin here; the others are as their callers decided. */
  readonly sampleRatio: number;
  readonly serviceVersion: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly epochMs: () => number;
}

/** Opens what sends traces. OpenTelemetry's packages are loaded only where there is somewhere to send them. */
export async function openTracer(options: TracerOptions): Promise<Tracer> {
  const { endpoint } = options;
  if (endpoint === null) return NO_TRACER;
  const { createOtlpTracer } = await import('./create-otlp-tracer.ts');
  return createOtlpTracer({ ...options, endpoint });
}
