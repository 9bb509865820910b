import { median } from '../../numerics/index.ts';
import { CONTENDERS, PAIRS, type PeerContender } from './peer-contenders.ts';
import type { PeerMetric } from './peer-metrics.ts';
import type { PeerTurn } from './peer-turn.ts';

export interface PairRatio {
  readonly ours: PeerContender;
  readonly peer: PeerContender;
  /** Median over rounds of ours / peer within the round; null where no round has both, or the peer's is 0. */
  readonly ratio: number | null;
  /** `level` within `LEVEL` of 1; null without a ratio. */
  readonly verdict: 'ahead' | 'level' | 'behind' | null;
}

export interface SummaryRow {
  readonly metric: PeerMetric;
  /** Median over rounds, by contender; null where no round has a value. */
  readonly medians: ReadonlyMap<PeerContender, number | null>;
  /** In the order of `PAIRS`. */
  readonly ratios: readonly PairRatio[];
}

/** Ratios so near to 1 are no difference. */
export const LEVEL = 0.03;

/** A row for each metric that any turn has a value of. */
export function summarizePeers(metrics: readonly PeerMetric[], turns: readonly PeerTurn[]): SummaryRow[] {
  return metrics
    .map((metric) => ({
      metric,
      medians: new Map(
        CONTENDERS.map((contender) => [
          contender,
          medianOf(turns.filter((turn) => turn.contender === contender).map(metric.of)),
        ]),
      ),
      ratios: PAIRS.map(([ours, peer]) => pairRatio(metric, turns, ours, peer)),
    }))
    .filter(({ medians }) => [...medians.values()].some((value) => value !== null));
}

/** Pairs that are behind the peer, worst first. */
export function losses(
  rows: readonly SummaryRow[],
): { readonly metric: PeerMetric; readonly pair: PairRatio }[] {
  return rows
    .flatMap(({ metric, ratios }) => ratios.map((pair) => ({ metric, pair })))
    .filter(({ pair }) => pair.verdict === 'behind')
    .sort((a, b) => distance(b) - distance(a));
}

function pairRatio(
  metric: PeerMetric,
  turns: readonly PeerTurn[],
  ours: PeerContender,
  peer: PeerContender,
): PairRatio {
  const rounds = [...new Set(turns.map(({ round }) => round))];
  const measured = (contender: PeerContender, round: number): number | null => {
    const turn = turns.find((one) => one.contender === contender && one.round === round);
    return turn === undefined ? null : metric.of(turn);
  };
  const ratio = medianOf(
    rounds.map((round) => {
      const [own, other] = [measured(ours, round), measured(peer, round)];
      return own === null || other === null || other === 0 ? null : own / other;
    }),
  );
  return { ours, peer, ratio, verdict: ratio === null ? null : judge(ratio, metric.better) };
}

function judge(ratio: number, better: PeerMetric['better']): PairRatio['verdict'] {
  if (Math.abs(ratio - 1) <= LEVEL) return 'level';
  return ratio > 1 === (better === 'higher') ? 'ahead' : 'behind';
}

function distance({ pair: { ratio } }: { readonly pair: PairRatio }): number {
  return ratio === null || ratio === 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(ratio));
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
