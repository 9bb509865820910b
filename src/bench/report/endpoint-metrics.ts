import type { EndpointRun } from '../load/result-schema.ts';
import { asCount, asMs, asRate, type Metric } from './metric.ts';

/** What is told of an endpoint, in order. */
export function endpointMetrics(runs: readonly EndpointRun[]): Metric<EndpointRun>[] {
  const seen = (value: (run: EndpointRun) => number | null): boolean =>
    runs.some((run) => (value(run) ?? 0) > 0);
  const where = (metric: Metric<EndpointRun>): Metric<EndpointRun>[] => (seen(metric.value) ? [metric] : []);
  return [
    plain('requests/s', ({ requestsPerSecond }) => requestsPerSecond, asRate),
    ...where(plain('asked for', ({ rate }) => rate, asRate, false)),
    ...(['p50', 'p90', 'p99', 'max'] as const).map((key) =>
      plain(
        `${key === 'max' ? key : key.toUpperCase()}, ms`,
        ({ latencyMs }) => latencyMs?.[key] ?? null,
        asMs,
      ),
    ),
    plain('MB/s', ({ megabytesPerSecond }) => megabytesPerSecond, asRate),
    ...where(plain('tokens/s', ({ outputTokensPerSecond }) => outputTokensPerSecond, asRate)),
    plain('completed', ({ completed }) => completed, asCount, false),
    ...errorMetrics(runs).flatMap(where),
  ];
}

function errorMetrics(runs: readonly EndpointRun[]): Metric<EndpointRun>[] {
  const statuses = [...new Set(runs.flatMap((run) => Object.keys(run.statuses)))]
    .filter((status) => !status.startsWith('2'))
    .toSorted();
  return [
    ...statuses.map((status) =>
      plain(`status ${status}`, (run) => run.statuses[status] ?? 0, asCount, false),
    ),
    plain('broken', ({ broken }) => broken, asCount, false),
    plain('no connection', ({ connectionErrors }) => connectionErrors, asCount, false),
    plain('timed out', ({ timeouts }) => timeouts, asCount, false),
    // A closed loop ends with a request under way on each connection.
    plain('unfinished', ({ unfinished, rate }) => (rate === null ? 0 : unfinished), asCount, false),
  ];
}

function plain(
  name: string,
  value: Metric<EndpointRun>['value'],
  format: Metric<EndpointRun>['format'],
  compared = true,
): Metric<EndpointRun> {
  return { name, value, format, compared, group: '', key: true };
}
