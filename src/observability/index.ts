export {
  createLogger,
  LOG_LEVELS,
  type LoggerOptions,
  type LogLevel,
} from './create-logger.ts';
export { createPrometheusMetrics, type MetricsSource } from './create-prometheus-metrics.ts';
export { type KeyMetrics, MOST_KEY_LABELS } from './key-metrics.ts';
export { createLiveMetrics, type LiveMetrics } from './live/create-live-metrics.ts';
export type { LogSink } from './log-sink.ts';
export type { LeveledLogger, LogFields, Logger } from './logger.ts';
export { NO_METRICS } from './no-metrics.ts';
export type {
  DeviceUse,
  EngineState,
  OverloadLimit,
  PhaseSeconds,
  PredictionState,
  RefusalReason,
  RestartReason,
  ServingMetrics,
  Slo,
  StepPhase,
  StepTime,
} from './serving-metrics.ts';
export { tellBoth } from './tell-both.ts';
export {
  NO_TRACER,
  type Span,
  type SpanAttributes,
  type SpanEnd,
  type SpanStart,
  type Tracer,
} from './tracer.ts';
export { openTracer } from './tracing/open-tracer.ts';
export type { TracerOptions } from './tracing/tracer-options.ts';
export { watchEventLoop } from './watch-event-loop.ts';
