import { type Ladder, SERVICE_TIERS } from '../core/index.ts';
import type { RequestView } from './scheduling-view.ts';

/** What is lost by rung `rung` of a ladder, compared with another of its rungs by subtraction. */
export type LossOf = (rung: number) => number;

/** Losses of requests by tier, the most urgent tier first. */
export type LossByTier = readonly number[];

/** Predicted KL in nats per token; where a rung's was not measured, average bits stand for all of them, negated. */
export function lossOfLadder(ladder: Ladder): LossOf {
  const measured = ladder.every(({ predictedKl }) => predictedKl !== null);
  return (rung) => {
    const config = ladder[rung];
    if (config === undefined) throw new Error(`Rung ${rung} is outside the ladder.`);
    return measured ? (config.predictedKl ?? 0) : -config.averageBits;
  };
}

/** Sums up, by tier, what requests lose by running one token each below their ceilings. */
export function lossByTier(
  requests: readonly RequestView[],
  rungs: readonly number[],
  lossOf: LossOf,
): LossByTier {
  const losses = SERVICE_TIERS.map(() => 0);
  requests.forEach(({ level, ceiling }, i) => {
    const tier = SERVICE_TIERS.indexOf(level.tier);
    losses[tier] = (losses[tier] ?? 0) + lossOf(rungs[i] ?? ceiling) - lossOf(ceiling);
  });
  return losses;
}

/** Whether `a` loses less: the most urgent tier in which they differ decides. */
export function losesLess(a: LossByTier, b: LossByTier): boolean {
  const tier = a.findIndex((loss, i) => Math.abs(loss - (b[i] ?? 0)) > 1e-12);
  return tier >= 0 && (a[tier] ?? 0) < (b[tier] ?? 0);
}
