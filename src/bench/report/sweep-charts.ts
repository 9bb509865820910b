import type { ChartSeries, LineChart } from '../../plot/index.ts';
import type { LoadRun, OpenResult } from '../load/result-schema.ts';
import { CHART_SIZE, type ChartSection } from './chart-section.ts';

/** What becomes of requests as more of them come. */
export function sweepSection(results: readonly OpenResult[], labels: readonly string[]): ChartSection {
  const over = (
    title: string,
    label: string,
    value: (run: LoadRun) => number | null,
    more: readonly ChartSeries[] = [],
    scale: 'linear' | 'log' = 'linear',
  ): LineChart => ({
    title,
    x: { label: 'requests due per second', scale: 'linear' },
    y: { label, scale },
    series: [
      ...results.flatMap(({ runs }, i) => {
        const points = runs.flatMap((run) => {
          const y = value(run);
          return y === null ? [] : [{ x: run.scheduledRate, y }];
        });
        return points.length === 0 ? [] : [{ name: labels[i] ?? '', kind: 'line' as const, points }];
      }),
      ...more,
    ],
    ...CHART_SIZE,
  });
  const rates = results.flatMap(({ runs }) => runs.map(({ scheduledRate }) => scheduledRate));
  const ends = [Math.min(...rates), Math.max(...rates)];
  const straight = (name: string, y: (rate: number) => number): ChartSeries => ({
    name,
    kind: 'line',
    dashed: true,
    neutral: true,
    points: ends.map((x) => ({ x, y: y(x) })),
  });
  const charts = [
    over('Goodput', 'requests/s that met all targets', ({ goodput }) => goodput, [
      straight('all that were due', (rate) => rate),
    ]),
    over('Quality-weighted goodput', 'requests/s × quality', (run) => run.qualityWeightedGoodput, [
      straight('all that were due', (rate) => rate),
    ]),
    over('Attainment', 'met all targets, percent', ({ attainment }) => 100 * attainment, [
      straight('90 %', () => 90),
    ]),
    over('First token', 'TTFT P95, ms', ({ ttftMs }) => ttftMs?.p95 ?? null, [], 'log'),
    over('Time per token', 'TPOT P95, ms', ({ tpotMs }) => tpotMs?.p95 ?? null, [], 'log'),
    over('Precision', 'average bits', ({ averageBits }) => averageBits),
  ];
  return {
    title: 'Over rate',
    note: 'Shares and rates are of all requests that were due; what was refused, failed or came late has missed.',
    charts: charts.filter(({ series }) => series.some(({ neutral }) => neutral !== true)),
  };
}
