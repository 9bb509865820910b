import type { Ladder } from '../core/index.ts';
import {
  type Candidate,
  distinct,
  evenCandidates,
  type LadderGround,
  ladderCandidates,
} from './ladder-candidates.ts';

const FEWEST_RUNGS = 5;
const MOST_RUNGS = 9;
/** Parts that the range of bits is divided into for more candidates, where those before are too few. */
const FINER_GRIDS = [16, 64];

/**
 * The rungs of a ladder: of the candidates the Pareto front of cost and measured KL, with uniform configs, those
 * of `asked` and the best one with a live cascade in any case. Five to nine: where whole steps of bits leave fewer,
 * finer ones fill up, as far as the model has configs worth it; where there are more, the least missed go.
 *
 * @param asked bits per weight on average
 * @param measure the same candidates with `predictedKl`
 */
export async function chooseRungs(
  ground: LadderGround,
  asked: readonly number[],
  measure: (candidates: readonly Candidate[]) => Promise<Candidate[]>,
): Promise<Ladder> {
  let measured = await measure(ladderCandidates(ground, asked));
  for (const parts of FINER_GRIDS) {
    if (paretoFront(measured).length >= FEWEST_RUNGS) break;
    const more = distinct([...measured, ...evenCandidates(ground, parts)]).slice(measured.length);
    if (more.length > 0) measured = [...measured, ...(await measure(more))];
  }
  return thinned(paretoFront(measured), MOST_RUNGS)
    .sort((a, b) => a.config.averageBits - b.config.averageBits || a.cost - b.cost)
    .map(({ config }) => config);
}

/**
 * Measured candidates of which no other is both cheaper and better, ascending in cost. Kept ones stay in any
 * case, and the best one with a live cascade, which comes out as kept.
 */
export function paretoFront(candidates: readonly Candidate[]): Candidate[] {
  const live = candidates.filter(({ config }) => config.ranks.some((rank) => rank > 0));
  const bestLive = live.reduce<Candidate | null>(
    (best, each) => (best === null || kl(each) < kl(best) ? each : best),
    null,
  );
  const beaten = (one: Candidate) =>
    candidates.some(
      (other) =>
        other.cost <= one.cost && kl(other) <= kl(one) && (other.cost < one.cost || kl(other) < kl(one)),
    );
  return candidates
    .filter((each) => each.kept || each === bestLive || !beaten(each))
    .map((each) => (each === bestLive ? { ...each, kept: true } : each))
    .sort((a, b) => a.cost - b.cost || a.config.averageBits - b.config.averageBits);
}

/** Leaves out, one by one, the rung whose neighbours in cost are nearest to each other; never a kept one. */
function thinned(front: readonly Candidate[], most: number): Candidate[] {
  const rungs = [...front];
  while (rungs.length > most) {
    let least = -1;
    let leastGap = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rungs.length; i++) {
      const gap = (rungs[i + 1]?.cost ?? rungs[i]!.cost) - (rungs[i - 1]?.cost ?? rungs[i]!.cost);
      if (!rungs[i]!.kept && gap < leastGap) [least, leastGap] = [i, gap];
    }
    if (least < 0) break;
    rungs.splice(least, 1);
  }
  return rungs;
}

const kl = ({ config }: Candidate): number => config.predictedKl ?? 0;
