import type { ChartSeries, LineChart } from '../../plot/index.ts';
import type { EndpointResult, EndpointRun } from '../load/result-schema.ts';
import { CHART_SIZE, type ChartSection } from './chart-section.ts';

const ROW_HEIGHT = 34;

/** Throughput and latency by endpoint. */
export function endpointCharts(
  results: readonly EndpointResult[],
  labels: readonly string[],
): ChartSection[] {
  const names = [...new Set(results.flatMap(({ runs }) => runs.map(({ endpoint }) => endpoint)))];
  if (names.length === 0) return [];
  const chart = (
    title: string,
    label: string,
    scale: 'linear' | 'log',
    series: ChartSeries[],
  ): LineChart => ({
    title,
    x: { label, scale },
    y: { label: '', scale: 'linear' },
    rows: names,
    series,
    width: CHART_SIZE.width,
    height: Math.max(CHART_SIZE.height, 130 + ROW_HEIGHT * names.length),
  });
  const points = (runs: readonly EndpointRun[], value: (run: EndpointRun) => number | null) =>
    runs.flatMap((run) => {
      const x = value(run);
      return x === null ? [] : [{ x, y: names.indexOf(run.endpoint) }];
    });
  const latencies = (['p50', 'p99'] as const).flatMap((key) =>
    results.map(
      ({ runs }, i): ChartSeries => ({
        name: results.length === 1 ? key.toUpperCase() : `${labels[i]}: ${key.toUpperCase()}`,
        kind: 'points',
        points: points(runs, ({ latencyMs }) => latencyMs?.[key] ?? null),
      }),
    ),
  );
  const rates = results.map(
    ({ runs }, i): ChartSeries => ({
      name: labels[i] ?? '',
      kind: 'points',
      points: points(runs, ({ requestsPerSecond }) => requestsPerSecond || null),
    }),
  );
  return [
    {
      title: 'Endpoints',
      note: 'Latency counts from the sending of a request to the last byte of its answer.',
      charts: [chart('Throughput', 'requests/s', 'log', rates), chart('Latency', 'ms', 'log', latencies)],
    },
  ];
}
