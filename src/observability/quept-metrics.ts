import { SERVICE_TIERS } from '../core/index.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { DEVICE_MEMORY_KINDS } from './serving-metrics.ts';

const SLOS = ['ttft', 'tpot', 'all'] as const;

/** Metrics of what no other server has: precision, targets, predictions. */
export function createQueptMetrics(registry: MetricRegistry) {
  const metrics = {
    precisionLevel: registry.histogram(
      'quept_precision_level',
      'Average bits per weight that answers were served at.',
      'bits',
      'tier',
    ),
    tokens: registry.counter('quept_tokens_total', 'Tokens generated, by precision config.', 'config'),
    switches: registry.counter(
      'quept_precision_switches_total',
      'Tokens that ran at another precision config than the one before them.',
      'from',
      'to',
      'reason',
    ),
    attainment: registry.counter(
      'quept_slo_attainment_total',
      'Requests by whether they met a target; slo="all" is all of their targets. Failed and refused ones missed.',
      'tier',
      'slo',
      'met',
    ),
    deficit: registry.gauge(
      'quept_quality_deficit',
      'Running requests whose newest token ran below the best precision that they admit.',
      'tier',
    ),
    step: registry.histogram(
      'quept_step_seconds',
      'Time of one pass of the model.',
      'step',
      'phase',
      'config',
    ),
    predictionError: registry.gauge(
      'quept_cost_model_error_ratio',
      'How far predicted step times were off lately: mean of |predicted - measured| / measured.',
      'phase',
    ),
    predictionRatio: registry.histogram(
      'quept_step_time_vs_predicted_ratio',
      'Measured over predicted time of steps; above 1 took longer than predicted.',
      'predictionRatio',
      'phase',
    ),
    slowness: registry.gauge(
      'quept_machine_slowness_ratio',
      'How many times slower the machine is now than its profile says; 1 is as profiled.',
    ),
    rejections: registry.counter(
      'quept_rejections_total',
      'Requests refused before they were accepted, by reason.',
      'reason',
    ),
    failures: registry.counter(
      'quept_request_failures_total',
      'Accepted requests that ended with an error, by its code.',
      'code',
    ),
    ready: registry.gauge(
      'quept_ready',
      'Whether requests are taken, as /health/ready says it; 0 while the model loads, the engine restarts or the server drains.',
    ),
    restarts: registry.counter(
      'quept_engine_restarts_total',
      'Engine processes that were lost and replaced: crash (ended by itself), hang (killed), load_timeout (killed).',
      'reason',
    ),
    device: registry.gauge(
      'quept_engine_device',
      'What the model runs on: 1 for the device in use, 0 for others, and for all while there is no engine.',
      'device',
    ),
    deviceMemory: registry.gauge(
      'quept_device_memory_bytes',
      'Device memory that the model takes, by what for; budget is how much it may take, 0 where that is not known. All 0 on the processor.',
      'kind',
    ),
    deviceTransfers: registry.counter(
      'quept_device_transfer_bytes_total',
      'Bytes passed between host and device by steps; 0 on the processor.',
      'direction',
    ),
    lag: registry.histogram(
      'quept_event_loop_lag_seconds',
      'How late timers of the main thread fire: what every request waits at least.',
      'lag',
    ),
  };
  // An alert on a rate misses the first failure of a counter that begins with it.
  for (const code of ['engine_unavailable', 'internal_error', 'deadline_exceeded'])
    metrics.failures.inc({ code }, 0);
  for (const tier of SERVICE_TIERS) {
    metrics.deficit.set({ tier }, 0);
    for (const slo of SLOS) {
      for (const met of ['true', 'false']) metrics.attainment.inc({ tier, slo, met }, 0);
    }
  }
  for (const reason of ['waiting_requests', 'tier_share', 'work_tokens'])
    metrics.rejections.inc({ reason }, 0);
  for (const device of ['cpu', 'webgpu']) metrics.device.set({ device }, 0);
  for (const kind of DEVICE_MEMORY_KINDS) metrics.deviceMemory.set({ kind }, 0);
  for (const direction of ['upload', 'download']) metrics.deviceTransfers.inc({ direction }, 0);
  for (const reason of ['crash', 'hang', 'load_timeout']) metrics.restarts.inc({ reason }, 0);
  return metrics;
}
