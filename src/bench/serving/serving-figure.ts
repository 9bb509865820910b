import type { ChartSeries, Figure, LineChart } from '../../plot/index.ts';
import type { SimulationResult, TimelinePoint } from '../../simulation/index.ts';
import type { ComparedRun } from './compare-policies.ts';

const PANEL = { width: 480, height: 360 } as const;

/** Load, times between tokens, first tokens and bits over time, live; simulated bits beside them. */
export function servingFigure(told: string, machine: string, runs: readonly ComparedRun[]): Figure {
  const [first] = runs;
  const windowSeconds = first?.live.result.windowSeconds ?? 1;
  const panel = (title: string, label: string, series: readonly ChartSeries[]): LineChart => ({
    title,
    x: { label: `seconds, in windows of ${windowSeconds.toFixed(1)}`, scale: 'linear' },
    y: { label, scale: 'linear' },
    series,
    ...PANEL,
  });
  const live = (value: (point: TimelinePoint) => number | null): ChartSeries[] =>
    runs.map(({ policy, live: { result } }) => overTime(result, policy, value));
  const target: ChartSeries[] =
    first === undefined
      ? []
      : [{ ...overTime(first.live.result, 'target', () => 1), dashed: true, neutral: true }];
  const load: ChartSeries[] =
    first === undefined
      ? []
      : [
          {
            ...overTime(first.live.result, 'arrivals', ({ arrivals }) => arrivals / windowSeconds),
            neutral: true,
          },
        ];
  return {
    title: 'A real server under load',
    subtitle: `${told}; ${machine}`,
    panels: [
      panel('Load', 'arrivals, requests/s', load),
      panel('Time per token', 'TPOT so far by its target, P95', [
        ...live(({ p95TpotByTarget }) => p95TpotByTarget),
        ...target,
      ]),
      panel('First tokens', 'TTFT by its target, P95', [
        ...live(({ p95TtftByTarget }) => p95TtftByTarget),
        ...target,
      ]),
      panel('Precision', 'average bits', [
        ...live(({ averageBits }) => averageBits),
        ...runs
          .filter(({ policy }) => !policy.startsWith('fixed'))
          .map(({ policy, simulated }) => ({
            ...overTime(simulated, `${policy}, simulated`, ({ averageBits }) => averageBits),
            dashed: true,
          })),
      ]),
    ],
  };
}

function overTime(
  { timeline }: SimulationResult,
  name: string,
  value: (point: TimelinePoint) => number | null,
): ChartSeries {
  return {
    name,
    kind: 'line',
    points: timeline.flatMap((point) => {
      const y = value(point);
      return y === null ? [] : [{ x: point.seconds, y }];
    }),
  };
}
