import type { LineChart } from '../../plot/index.ts';
import type { LoadRun } from '../load/result-schema.ts';
import { CHART_SIZE, type NamedRun } from './chart-section.ts';
import { asRate } from './metric.ts';

const ROWS: readonly (readonly [string, (run: LoadRun) => number])[] = [
  ['due', ({ scheduledRate }) => scheduledRate],
  ['completed', ({ completedPerSecond }) => completedPerSecond],
  ['met all targets', ({ goodput }) => goodput],
  ['… by quality', ({ qualityWeightedGoodput }) => qualityWeightedGoodput],
];

/** How many of the requests came to something. */
export function goodputChart(shown: readonly NamedRun[]): LineChart {
  return {
    title: 'Goodput',
    x: { label: 'requests/s', scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows: ROWS.map(([name]) => name),
    series: shown.map(({ name, run }) => ({
      name,
      kind: 'bars',
      points: ROWS.map(([, value], y) => ({ x: value(run), y, label: asRate(value(run)) })),
    })),
    ...CHART_SIZE,
  };
}
