import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { within } from '../../core/index.ts';
import type { Tracer } from '../tracer.ts';
import { otlpTracer } from './otlp-tracer.ts';
import { TraceClock } from './trace-clock.ts';
import type { TracerOptions } from './tracer-options.ts';
import { WatchedExporter } from './watched-exporter.ts';

const SERVICE = 'quept';

/** Spans that wait to be sent, some 400 requests; what comes while there are more is dropped. */
const MOST_WAITING_SPANS = 2_048;
const SPANS_PER_MESSAGE = 512;
const SEND_EVERY_MS = 1_000;
/** With what is tried again. A process that ends lingers no longer than this. */
const EXPORT_TIMEOUT_MS = 4_000;
/** At the end: nobody waits longer for a collector that is not there. */
const LAST_EXPORT_MS = 1_500;

/** Sends traces to a collector by OTLP, over HTTP in protobuf, in the background. */
export function createOtlpTracer(options: TracerOptions & { readonly endpoint: string }): Tracer {
  const { endpoint, sampleRatio, serviceVersion, logger, clock, epochMs } = options;
  // Keys for the collector, compression and the like are the exporter's own affair: it reads OTEL_EXPORTER_OTLP_*.
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const processor = new BatchSpanProcessor({
    exporter: new WatchedExporter(exporter, logger, clock),
    maxQueueSize: MOST_WAITING_SPANS,
    maxExportBatchSize: SPANS_PER_MESSAGE,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    // What the operator says of the service (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) goes first.
    resource: resourceFromAttributes({ 'service.name': SERVICE, 'service.version': serviceVersion }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer(SERVICE, serviceVersion);
  return otlpTracer(tracer, new TraceClock(clock, epochMs), async () => {
    // What an export fails with was logged by then.
    const ended = await within(
      provider.shutdown().catch(() => {}),
      LAST_EXPORT_MS,
    );
    if (ended === 'late')
      logger.warn({}, 'the last traces were not sent: the collector did not answer in time');
  });
}
