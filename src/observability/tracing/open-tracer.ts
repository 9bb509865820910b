import { NO_TRACER, type Tracer } from '../tracer.ts';
import type { TracerOptions } from './tracer-options.ts';

/** Opens what sends traces. OpenTelemetry's packages are loaded only where there is somewhere to send them. */
export async function openTracer(options: TracerOptions): Promise<Tracer> {
  const { endpoint } = options;
  if (endpoint === null) return NO_TRACER;
  const { createOtlpTracer } = await import('./create-otlp-tracer.ts');
  return createOtlpTracer({ ...options, endpoint });
}
