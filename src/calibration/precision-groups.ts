import { uniformAt } from '../numerics/index.ts';
import type { ElasticScheme } from './elastic-matrix.ts';

/** A bit group of the joint loss: configs around one depth and live rank. */
export interface PrecisionGroup {
  readonly depth: number;
  /** Live cascade rank beside the planes. */
  readonly rank: number;
}

/** One per plane depth, and one per live rank at the base depth, in ascending order of cost. */
export function precisionGroups({
  planeBits,
  liveRanks,
}: Pick<ElasticScheme, 'planeBits' | 'liveRanks'>): PrecisionGroup[] {
  const live = liveRanks.map((rank) => ({ depth: 1, rank }));
  const deeper = planeBits.slice(1).map((_, i) => ({ depth: i + 2, rank: 0 }));
  return [{ depth: 1, rank: 0 }, ...live, ...deeper];
}

/** Terms of one matrix that are on: 1 or 0 for each plane above the base and for each live segment. */
export interface MatrixSwitches {
  readonly planes: readonly number[];
  readonly live: readonly number[];
}

export function switchesOf(scheme: ElasticScheme, { depth, rank }: PrecisionGroup): MatrixSwitches {
  return {
    planes: scheme.planeBits.slice(1).map((_, i) => (i + 2 <= depth ? 1 : 0)),
    live: scheme.liveRanks.map((prefix) => (prefix <= rank ? 1 : 0)),
  };
}

/** How often a matrix leaves its group's setting for another group's. */
const MIX_PROBABILITY = 0.25;

/**
 * The paper's random width within a group, for planes: each matrix keeps the group's setting or, with
 * probability 1/4, takes that of a random group. Trains what mixed configs will ask for.
 *
 * @param draw how many draws of the sequence of `seed` came before; each uses `2·matrices` of its values
 */
export function randomMix(
  scheme: ElasticScheme,
  groups: readonly PrecisionGroup[],
  group: PrecisionGroup,
  matrices: number,
  seed: number,
  draw: number,
): MatrixSwitches[] {
  return Array.from({ length: matrices }, (_, m) => {
    const at = 2 * (draw * matrices + m);
    const leaves = matrices > 1 && uniformAt(seed, at) < MIX_PROBABILITY;
    const other = groups[Math.floor(uniformAt(seed, at + 1) * groups.length)]!;
    return switchesOf(scheme, leaves ? other : group);
  });
}
