import { collectDefaultMetrics } from 'prom-client';
import type { MetricRegistry } from './metric-registry.ts';

/** Gauges whose name says counter, which promtool objects to; the same numbers stand by type in `nodejs_active_*`. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** Adds what Prometheus's client libraries tell of any process: processor time, memory, files, heap, event loop. */
export function addProcessMetrics({ registry }: MetricRegistry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
