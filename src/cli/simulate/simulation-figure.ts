import type { ChartSeries, Figure, LineChart } from '../../plot/index.ts';
import { REQUIRED_ATTAINMENT, type SimulationResult, type TimelinePoint } from '../../simulation/index.ts';
import type { SimulationPlan } from './simulation-plan.ts';
import type { RunResults, SweepResults } from './simulation-run.ts';

const PANEL = { width: 380, height: 380 } as const;
const LONG_PANEL = { width: 480, height: 360 } as const;

/** Attainment, goodput, its quality-weighted part and bits against the rate of arrivals. */
export function sweepFigure(
  { profile, arrivals }: SimulationPlan,
  { capacity, sweeps }: SweepResults,
): Figure {
  const x = {
    label:
      capacity === null ? 'arrivals, requests/s' : `arrivals, by capacity (${capacity.toPrecision(3)}/s)`,
    scale: 'linear',
  } as const;
  const lines = (value: (result: SimulationResult) => number | null): ChartSeries[] =>
    sweeps.map(({ policy, points }) => ({
      name: policy,
      kind: 'line',
      points: points.flatMap(({ rate, result }) => {
        const y = value(result);
        return y === null ? [] : [{ x: rate / (capacity ?? 1), y }];
      }),
    }));
  const panel = (title: string, label: string, series: ChartSeries[]): LineChart => ({
    title,
    x,
    y: { label, scale: 'linear' },
    series,
    ...PANEL,
  });
  const rates = sweeps.flatMap(({ points }) => points.map(({ rate }) => rate / (capacity ?? 1)));
  const required: ChartSeries = {
    name: `${100 * REQUIRED_ATTAINMENT} %`,
    kind: 'line',
    dashed: true,
    neutral: true,
    points: [Math.min(...rates), Math.max(...rates)].map((rate) => ({
      x: rate,
      y: 100 * REQUIRED_ATTAINMENT,
    })),
  };
  return {
    title: 'Policies under load, simulated',
    subtitle: `${arrivals}; machine ${profile.name}`,
    panels: [
      panel('Attainment', 'met all targets, percent', [
        ...lines(({ attainment }) => 100 * attainment),
        required,
      ]),
      panel(
        'Goodput',
        'requests/s that met all targets',
        lines(({ goodput }) => goodput),
      ),
      panel(
        'Quality-weighted goodput',
        'goodput × least agreement with full precision',
        lines(({ qualityWeightedGoodput }) => qualityWeightedGoodput),
      ),
      panel(
        'Precision',
        'average bits',
        lines(({ averageBits }) => averageBits),
      ),
    ],
  };
}

/** Arrivals, times between tokens, and bits over time. */
export function runFigure({ profile, arrivals }: SimulationPlan, { results }: RunResults): Figure {
  const [first] = results;
  const windowSeconds = first?.windowSeconds ?? 1;
  const x = { label: `seconds, in windows of ${windowSeconds}`, scale: 'linear' } as const;
  const panel = (title: string, label: string, series: ChartSeries[]): LineChart => ({
    title,
    x,
    y: { label, scale: 'linear' },
    series,
    ...LONG_PANEL,
  });
  const lines = (value: (point: TimelinePoint) => number | null): ChartSeries[] =>
    results.map((result) => overTime(result, result.policy, value));
  return {
    title: 'A simulated run',
    subtitle: `${arrivals}; machine ${profile.name}`,
    panels: [
      panel(
        'Load',
        'arrivals, requests/s',
        first === undefined
          ? []
          : [{ ...overTime(first, 'arrivals', ({ arrivals: n }) => n / windowSeconds), neutral: true }],
      ),
      panel('Time per token', 'TPOT so far by its target, 95th percentile', [
        ...lines(({ p95TpotByTarget }) => p95TpotByTarget),
        ...(first === undefined
          ? []
          : [{ ...overTime(first, 'target', () => 1), dashed: true, neutral: true }]),
      ]),
      panel(
        'Precision',
        'average bits',
        lines(({ averageBits }) => averageBits),
      ),
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
