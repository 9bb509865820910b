import type { ChartSeries, LineChart } from '../../plot/index.ts';
import type { LoadRun } from '../load/result-schema.ts';
import { CHART_SIZE, type NamedRun } from './chart-section.ts';

type Point = LoadRun['timeline']['points'][number];

/** Arrivals and answers, requests under way, tokens, waiting and precision over time. */
export function timelineCharts(shown: readonly NamedRun[]): LineChart[] {
  const series = (value: (point: Point) => number | null, suffix = '', dashed = false): ChartSeries[] =>
    shown.flatMap(({ name, run }) => {
      const points = run.timeline.points.flatMap((point) => {
        const y = value(point);
        return y === null ? [] : [{ x: point.seconds, y }];
      });
      return points.length === 0
        ? []
        : [{ name: `${name}${suffix}`, kind: 'line' as const, points, ...(dashed && { dashed }) }];
    });
  const chart = (title: string, label: string, lines: readonly ChartSeries[]): LineChart => ({
    title,
    x: { label: 'seconds', scale: 'linear' },
    y: { label, scale: 'linear' },
    series: lines,
    ...CHART_SIZE,
  });
  return [
    chart('Arrivals and answers', 'requests/s', [
      ...arrivals(shown),
      ...series(({ completedPerSecond }) => completedPerSecond, shown.length === 1 ? ': completed' : ''),
    ]),
    chart(
      'Concurrency',
      'requests under way',
      series(({ underWay }) => underWay),
    ),
    chart(
      'Throughput',
      'output tokens/s',
      series(({ tokensPerSecond }) => tokensPerSecond),
    ),
    chart(
      'First token, by time of arrival',
      'mean TTFT, ms',
      series(({ meanTtftMs }) => meanTtftMs),
    ),
    chart(
      'Precision',
      'average bits of the tokens',
      series(({ averageBits }) => averageBits),
    ),
  ].filter(({ series: lines }) => lines.some(({ neutral }) => neutral !== true));
}

/** Of runs on one schedule the arrivals are the same, and one line. */
function arrivals(shown: readonly NamedRun[]): ChartSeries[] {
  const lines = shown.map(
    ({ name, run }): ChartSeries => ({
      name: `${name}: due`,
      kind: 'line',
      neutral: true,
      dashed: true,
      points: run.timeline.points.map(({ seconds, scheduledPerSecond }) => ({
        x: seconds,
        y: scheduledPerSecond,
      })),
    }),
  );
  const shapes = new Set(shown.map(({ run }) => JSON.stringify(scheduled(run))));
  const [first] = lines;
  return shapes.size === 1 && first !== undefined ? [{ ...first, name: 'due' }] : [];
}

/** Windows behind the last arrival differ by how long the last answers took. */
function scheduled({ timeline }: LoadRun): number[] {
  const counts = timeline.points.map(({ scheduledPerSecond }) => scheduledPerSecond);
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
}
