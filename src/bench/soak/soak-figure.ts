import type { ChartSeries, Figure, LineChart } from '../../plot/index.ts';
import { warmUpSeconds } from './soak-judgement.ts';
import type { SoakSample } from './soak-sample.ts';

const PANEL = { width: 460, height: 340 } as const;
const MIB = 2 ** 20;

/** Memory, handles, event-loop lag, first tokens and throughput over the time of a soak. */
export function soakFigure(samples: readonly SoakSample[], told: string): Figure {
  const over = (name: string, of: (sample: SoakSample) => number | null): ChartSeries => ({
    name,
    kind: 'line',
    points: samples.flatMap((sample) => {
      const y = of(sample);
      return y === null ? [] : [{ x: sample.seconds / 60, y }];
    }),
  });
  const panel = (title: string, label: string, ...series: ChartSeries[]): LineChart => ({
    title,
    x: { label: 'minutes', scale: 'linear' },
    y: { label, scale: 'linear' },
    series: series.filter(({ points }) => points.length > 0),
    ...PANEL,
  });
  const gaps = samples.map(({ seconds }, i) => seconds - (samples[i - 1]?.seconds ?? 0));
  const rates = new Map(samples.map((sample, i) => [sample, gaps[i] ?? 1]));
  const perSecond = (count: (sample: SoakSample) => number) => (sample: SoakSample) =>
    count(sample) / (rates.get(sample) || 1);
  return {
    title: 'A server under mixed load',
    subtitle: `${told}; judged from minute ${(warmUpSeconds(samples) / 60).toFixed(1)} on`,
    panels: [
      panel(
        'Memory',
        'resident, MiB',
        over('main process', ({ main }) => main.residentBytes / MIB),
        over('engine process', ({ engine }) => engine.residentBytes / MIB),
        over('heap of the main thread', ({ main }) =>
          main.heapBytes === null ? null : main.heapBytes / MIB,
        ),
      ),
      panel(
        'Handles',
        'open',
        over('descriptors, main', ({ main }) => main.descriptors),
        over('descriptors, engine', ({ engine }) => engine.descriptors),
        over('threads, main', ({ main }) => main.threads),
        over('threads, engine', ({ engine }) => engine.threads),
      ),
      panel(
        'Times',
        'ms',
        over('first part of answers, P50', ({ firstMs }) => firstMs?.p50 ?? null),
        over('first part of answers, P99', ({ firstMs }) => firstMs?.p99 ?? null),
        over('event-loop lag, P99 at most', ({ lagP99Seconds }) =>
          lagP99Seconds === null ? null : 1000 * lagP99Seconds,
        ),
      ),
      panel(
        'Work',
        'per second',
        over(
          'tokens',
          perSecond(({ tokens }) => tokens),
        ),
        over(
          'calls',
          perSecond(({ calls }) => calls),
        ),
        over(
          'switches of precision',
          perSecond(({ switches }) => switches),
        ),
      ),
    ],
  };
}
