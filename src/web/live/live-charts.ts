import type { Rung } from '../api/ladder.ts';
import { isDark, rungColours, styleColour } from '../palette.ts';
import { ChartCard } from './chart-card.ts';
import type { ChartSeries } from './chart-series.ts';
import { TIERS, type Tier } from './dashboard-data.ts';
import { formatBits, formatMs, formatNumber, formatShare } from './format.ts';
import {
  averageBits,
  batchSizes,
  firstTokenTimes,
  paces,
  type Series,
  states,
  switchCounts,
  targetTimes,
  tokenRates,
} from './live-series.ts';
import type { ShownSecond } from './live-window.ts';

/** A chart, and how it is made of the seconds shown. `before` is what was known before them. */
export interface LiveChart {
  readonly card: ChartCard;
  values(seconds: readonly ShownSecond[], before: ShownSecond): readonly Series[];
}

/** Why policies switch, and what that means. */
export const SWITCH_REASONS: Readonly<Record<string, string>> = {
  targets: 'no more given up than meets the targets',
  headroom: 'up again, targets are met with a margin',
  overload: 'overloaded: as fast as may be',
  unreachable: 'targets out of reach: as fast as may be',
  load: 'so many requests are here',
  policy: 'as the policy has it',
};

const tierColour = (tier: Tier) => () => styleColour(`--tier-${tier}`);

/** All charts over time, for a ladder. */
export function liveCharts(ladder: readonly Rung[]): LiveChart[] {
  const bits = ladder.map((rung) => rung.averageBits);
  return [
    precisionChart(bits),
    tokensChart(ladder),
    timesChart('Time to first token', '95 % of requests within this; dashed: target.', (seconds, tier) => [
      firstTokenTimes(seconds, tier),
      targetTimes(seconds, tier, 'first_tokens'),
    ]),
    timesChart('Time per token', 'Mean, after the first token; dashed: target.', (seconds, tier) => [
      paces(seconds, tier),
      targetTimes(seconds, tier, 'pace'),
    ]),
    requestsChart(),
    memoryChart(),
    switchesChart(),
  ];
}

function precisionChart(bits: readonly number[]): LiveChart {
  const [low = 0, high = 8] = [bits[0], bits.at(-1)];
  return {
    card: new ChartCard({
      title: 'Precision',
      note: 'Average bits per weight of the tokens served, by tier.',
      broad: true,
      series: TIERS.map((tier) => ({ name: tier, colour: tierColour(tier) })),
      format: (value) => `${formatBits(value)} bits`,
      axisFormat: (value) => `${value} bits`,
      least: [Math.min(low, high - 1), high],
    }),
    values: (seconds) => TIERS.map((tier) => averageBits(seconds, bits, [tier])),
  };
}

function tokensChart(ladder: readonly Rung[]): LiveChart {
  return {
    card: new ChartCard({
      title: 'Tokens per second',
      note: 'By the precision that made them.',
      series: ladder.map(({ id }, rung) => ({
        name: id,
        colour: () => rungColours(ladder.length, isDark())[rung] ?? '',
      })),
      format: (value) => `${formatNumber(value)}/s`,
      axisFormat: formatNumber,
      stacked: 'areas',
      least: [0, 10],
    }),
    values: (seconds) => tokenRates(seconds, ladder.length),
  };
}

function timesChart(
  title: string,
  note: string,
  of: (seconds: readonly ShownSecond[], tier: Tier) => [time: Series, target: Series],
): LiveChart {
  const series = TIERS.flatMap((tier): ChartSeries[] => [
    { name: tier, colour: tierColour(tier) },
    { name: `${tier} target`, colour: tierColour(tier), dashed: true, isTarget: true },
  ]);
  return {
    card: new ChartCard({ title, note, series, format: formatMs, logarithmic: true, least: [10, 100] }),
    values: (seconds) => TIERS.flatMap((tier) => of(seconds, tier)),
  };
}

function requestsChart(): LiveChart {
  return {
    card: new ChartCard({
      title: 'Queue and batch',
      note: 'Requests with a slot, without one, and per pass.',
      series: [
        { name: 'running', colour: () => styleColour('--first'), filled: true },
        { name: 'waiting', colour: () => styleColour('--second') },
        { name: 'batch', colour: () => styleColour('--third'), dashed: true },
      ],
      format: formatNumber,
      least: [0, 4],
    }),
    values: (seconds, before) => [
      states(seconds, 'running', before),
      states(seconds, 'waiting', before),
      batchSizes(seconds),
    ],
  };
}

function memoryChart(): LiveChart {
  return {
    card: new ChartCard({
      title: 'Key-value memory',
      note: 'Share of it that running requests hold.',
      series: [{ name: 'in use', colour: () => styleColour('--first'), filled: true }],
      format: formatShare,
      least: [0, 0.1],
    }),
    values: (seconds, before) => [states(seconds, 'kv_usage', before)],
  };
}

function switchesChart(): LiveChart {
  const reasons = Object.keys(SWITCH_REASONS);
  const colours = ['--first', '--third', '--alarm', '--second', '--tier-flex', '--muted'];
  return {
    card: new ChartCard({
      title: 'Switches of precision',
      note: 'Within answers, by reason.',
      sparse: true,
      series: reasons.map((name, i) => ({ name, colour: () => styleColour(colours[i] ?? '--muted') })),
      format: (value) => `${formatNumber(value)}/s`,
      axisFormat: formatNumber,
      stacked: 'bars',
      least: [0, 4],
    }),
    values: (seconds) => reasons.map((reason) => switchCounts(seconds, reason)),
  };
}
