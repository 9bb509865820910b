import { type FusedMatrix, QueptError } from '../core/index.ts';

export type CascadeKind = 'fused' | 'live' | 'both';

export interface CascadeRanks {
  /** Of the fused cascade per depth, base first; all zero for none. */
  readonly fusedRanks: readonly number[];
  /** Prefix ranks of the live cascade, ascending; empty for none. */
  readonly liveRanks: readonly number[];
}

const FUSED_RANK = 64;
const LIVE_RANK = 16;

/**
 * The ranks of a calibration: what was asked for, else 64 fused at the base plane and none above it, and 16
 * live, each at most half the smallest side of a matrix (fused: the whole side).
 *
 * Throws QueptError `invalid_usage` naming the option.
 *
 * @param asked `fused` one rank per plane, not ascending; `live` ascending
 */
export function cascadeRanks(
  kind: CascadeKind,
  matrices: readonly FusedMatrix[],
  planes: readonly number[],
  asked: { readonly fused: readonly number[] | null; readonly live: readonly number[] | null },
): CascadeRanks {
  const smallest = Math.min(...matrices.map(({ n, k }) => Math.min(n, k)));
  const none = planes.map(() => 0);
  const standard = planes.map((_, depth) => (depth === 0 ? Math.min(FUSED_RANK, smallest) : 0));
  if (kind === 'live' && asked.fused)
    throw usage('--ranks', 'are those of a fused cascade: leave out --cascade live');
  if (kind === 'fused' && asked.live) throw usage('--live-ranks', 'need --cascade live or both');
  const fusedRanks = kind === 'live' ? none : (asked.fused ?? standard);
  const liveRanks =
    kind === 'fused' ? [] : (asked.live ?? [Math.max(1, Math.min(LIVE_RANK, Math.floor(smallest / 2)))]);
  checkFused(fusedRanks, planes, smallest);
  checkLive(liveRanks, smallest);
  return { fusedRanks, liveRanks };
}

function checkFused(ranks: readonly number[], planes: readonly number[], smallest: number): void {
  if (ranks.length !== planes.length) {
    throw usage(
      '--ranks',
      `must name one rank per plane: ${planes.length}, such as ${planes.map((_, i) => (i === 0 ? 64 : 0))}`,
    );
  }
  ranks.forEach((rank, depth) => {
    if (rank > smallest) throw usage('--ranks', `${rank} is larger than the smallest matrix, ${smallest}`);
    if (depth > 0 && rank > ranks[depth - 1]!)
      throw usage('--ranks', `[${ranks}] must not ascend: higher precisions see a prefix`);
  });
}

function checkLive(ranks: readonly number[], smallest: number): void {
  ranks.forEach((rank, j) => {
    if (rank < 1 || rank > smallest)
      throw usage('--live-ranks', `${rank} must be 1 to ${smallest}, the smallest side of a matrix`);
    if (j > 0 && rank <= ranks[j - 1]!) throw usage('--live-ranks', `[${ranks}] must ascend`);
  });
}

function usage(option: string, text: string): QueptError {
  return new QueptError('invalid_usage', `${option}: ${text}.`, { param: option });
}
