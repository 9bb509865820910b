import type { LoadRun } from '../load/result-schema.ts';
import { CHART_SIZE, type ChartSection, type NamedRun } from './chart-section.ts';

/** How many of the requests came to something. */
export function goodputSection(shown: readonly NamedRun[], where: string): ChartSection {
  const rows: readonly [string, (run: LoadRun) => number][] = [
    ['due', ({ scheduledRate }) => scheduledRate],
    ['completed', ({ completedPerSecond }) => completedPerSecond],
    ['met all targets', ({ goodput }) => goodput],
    ['… by quality', ({ qualityWeightedGoodput }) => qualityWeightedGoodput],
  ];
  return {
    title: `Goodput${where}`,
    note: 'Rates are of all requests that were due behind the warm-up; what was refused, failed or came late has missed.',
    charts: [
      {
        title: 'Goodput',
        x: { label: 'requests/s', scale: 'linear' },
        y: { label: '', scale: 'linear' },
        rows: rows.map(([name]) => name),
        series: shown.map(({ name, run }) => ({
          name,
          kind: 'bars',
          points: rows.map(([, value], y) => ({ x: value(run), y, label: value(run).toPrecision(3) })),
        })),
        ...CHART_SIZE,
      },
    ],
  };
}
