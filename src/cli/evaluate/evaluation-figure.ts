import type { ConfigEvaluation, Evaluation } from '../../calibration/index.ts';
import type { Ladder } from '../../core/index.ts';
import type { ChartPoint, ChartSeries, Figure, LineChart } from '../../plot/index.ts';

/** An evaluation, and of what. */
export interface EvaluatedLadder {
  /** Name of the model. */
  readonly model: string;
  /** What was judged on. */
  readonly data: string;
  /** What was compared with, in words. */
  readonly reference: string;
  readonly ladder: Ladder;
  /** One evaluation per rung, in the ladder's order. */
  readonly evaluation: Evaluation;
}

type Measure = (config: ConfigEvaluation) => number;

/** Enough pieces for a curve to look like one. */
const CHORD_PIECES = 48;
/** How far the line of full precision reaches beyond the configs, so that it shows beside a single one. */
const OVERHANG_BITS = 0.2;
const PANEL_SIZE = { width: 410, height: 420 };
const BITS = { label: 'average bits per weight (codes)', scale: 'linear' } as const;

/**
 * What an evaluation tells, as charts: quality against bits, quality against time, perplexity against bits.
 * Configs with a live cascade have a symbol of their own, since bits do not count what it costs.
 */
export function evaluationFigure(evaluated: EvaluatedLadder): Figure {
  const { model, data, reference, evaluation } = evaluated;
  const divergence = { label: `KL to ${reference} (nats per token)`, scale: 'log' } as const;
  const bits: Measure = ({ averageBits }) => averageBits;
  const kl: Measure = (config) => config.kl;
  const panels: LineChart[] = [
    {
      title: 'Quality against size',
      x: BITS,
      y: divergence,
      series: [...configSeries(evaluated, bits, kl), ...chord(evaluated)],
    },
    {
      title: 'Quality against time',
      x: { label: 'decoding at batch 1, ms per token', scale: 'linear' },
      y: divergence,
      series: configSeries(evaluated, ({ msPerToken }) => msPerToken, kl),
    },
    {
      title: 'Perplexity against size',
      x: BITS,
      y: { label: 'perplexity', scale: 'linear' },
      series: [...configSeries(evaluated, bits, ({ perplexity }) => perplexity), referenceLine(evaluated)],
    },
  ];
  return {
    title: `${model}: its precision configs`,
    subtitle: `${evaluation.tokens} tokens of ${data}, judged against ${reference}`,
    panels: panels.map((panel) => ({ ...panel, ...PANEL_SIZE })),
  };
}

function configSeries({ ladder, evaluation }: EvaluatedLadder, x: Measure, y: Measure): ChartSeries[] {
  const points = (live: boolean): ChartPoint[] =>
    evaluation.configs
      .filter((_, rung) => hasCascade(ladder[rung]?.ranks ?? []) === live)
      .map((config) => ({ x: x(config), y: y(config), label: config.id }));
  const planes: ChartSeries = { name: 'planes only', kind: 'points', points: points(false) };
  const cascade: ChartSeries = { name: 'with a live cascade', kind: 'points', points: points(true) };
  return cascade.points.length === 0 ? [planes] : [planes, cascade];
}

function hasCascade(ranks: readonly number[]): boolean {
  return ranks.some((rank) => rank > 0);
}

/**
 * What a mix of the lowest and the highest uniform config would give if quality followed bits in proportion: the
 * line that a mixed config must beat. Straight in KL, so a curve on a log axis.
 */
function chord({ ladder, evaluation }: EvaluatedLadder): ChartSeries[] {
  const uniform = evaluation.configs.filter((_, rung) => {
    const { planes, ranks } = ladder[rung] ?? { planes: [], ranks: [] };
    return !hasCascade(ranks) && planes.every((depth) => depth === planes[0]);
  });
  const [low, high] = [uniform[0], uniform.at(-1)];
  if (low === undefined || high === undefined || low === high) return [];
  const points = Array.from({ length: CHORD_PIECES + 1 }, (_, i) => {
    const share = i / CHORD_PIECES;
    return {
      x: low.averageBits + share * (high.averageBits - low.averageBits),
      y: low.kl + share * (high.kl - low.kl),
    };
  });
  // Where the highest rung stands in for full precision the line ends at zero, which has no logarithm.
  const shown = points.filter(({ y }) => y > 0);
  const name = `proportional mix of ${low.id} and ${high.id}`;
  return [{ name, kind: 'line', points: shown, dashed: true, neutral: true }];
}

function referenceLine({ reference, evaluation }: EvaluatedLadder): ChartSeries {
  const bits = evaluation.configs.map(({ averageBits }) => averageBits);
  const ends = [Math.min(...bits) - OVERHANG_BITS, Math.max(...bits) + OVERHANG_BITS];
  const points = ends.map((x) => ({ x, y: evaluation.referencePerplexity }));
  return { name: reference, kind: 'line', points, dashed: true, neutral: true };
}
