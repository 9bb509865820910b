import type { ChartSeries, LineChart } from '../../plot/index.ts';
import type { Distribution } from '../load/distribution.ts';
import type { LatencyTargets } from '../load/load-targets.ts';
import type { LoadRun } from '../load/result-schema.ts';
import { CHART_SIZE, type ChartSection, type NamedRun } from './chart-section.ts';

/** On a logarithmic axis nothing has no place: chunks that came together stand here. */
const LEAST_MS = 0.1;

/** How times are distributed. */
export function latencySection(
  shown: readonly NamedRun[],
  targets: LatencyTargets,
  where: string,
): ChartSection {
  return {
    title: `Latency${where}`,
    note:
      'First tokens count from the time at which a request was due. Their curve and that of times per token end below ' +
      '100 % where requests had none.',
    charts: [
      cumulative('First token', 'TTFT, ms', 'of the requests due, percent', shown, {
        of: ({ ttftMs }) => ttftMs,
        total: ({ scheduled }) => scheduled,
        target: targets.ttftMs,
      }),
      cumulative('Time per token', 'TPOT, ms', 'of the requests due, percent', shown, {
        of: ({ tpotMs }) => tpotMs,
        total: ({ scheduled }) => scheduled,
        target: targets.tpotMs,
      }),
      cumulative('Between chunks', 'ITL, ms', 'of the gaps, percent', shown, {
        of: ({ itlMs }) => itlMs,
        total: ({ itlMs }) => itlMs?.count ?? 0,
        target: null,
      }),
    ].filter(({ series }) => series.some(({ neutral }) => neutral !== true)),
  };
}

interface CumulativeOptions {
  readonly of: (run: LoadRun) => Distribution | null;
  /** What counts as 100 %. */
  readonly total: (run: LoadRun) => number;
  readonly target: number | null;
}

function cumulative(
  title: string,
  xLabel: string,
  yLabel: string,
  shown: readonly NamedRun[],
  { of, total, target }: CumulativeOptions,
): LineChart {
  return {
    title,
    x: { label: xLabel, scale: 'log' },
    y: { label: yLabel, scale: 'linear' },
    series: [
      ...shown.flatMap(({ name, run }): ChartSeries[] => {
        const distribution = of(run);
        if (distribution === null) return [];
        const share = distribution.count / Math.max(1, total(run));
        const points = distribution.quantiles.map((ms, percent) => ({
          x: Math.max(LEAST_MS, ms),
          y: percent * share,
        }));
        return [{ name, kind: 'line', points }];
      }),
      ...(target === null
        ? []
        : [
            {
              name: 'target',
              kind: 'line' as const,
              dashed: true,
              neutral: true,
              points: [0, 100].map((y) => ({ x: target, y })),
            },
          ]),
    ],
    ...CHART_SIZE,
  };
}
