import type { SamplingParams } from '../../src/core/index.ts';

/**
 * The filters by the book, over a full sort: the ids that temperature > 0, top-k, top-p and min-p leave, most probable
 * first, and their probabilities, normalised over themselves.
 */
export function naiveDistribution(
  logits: Float32Array,
  { temperature, topK, topP, minP }: SamplingParams,
): Map<number, number> {
  let kept = [...logits]
    .map((logit, id) => ({ id, logit: logit / temperature }))
    .sort((a, b) => b.logit - a.logit || a.id - b.id);
  if (topK > 0) kept = kept.slice(0, topK);
  const peak = kept[0]?.logit ?? 0;
  const weighted = kept.map(({ id, logit }) => ({ id, weight: Math.exp(logit - peak) }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let mass = 0;
  const nucleus = weighted.filter(({ weight }) => {
    const before = mass;
    mass += weight;
    return topP === 1 || before < topP * total;
  });
  const left = nucleus.filter(({ weight }) => weight >= minP);
  const leftMass = left.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(left.map(({ id, weight }) => [id, weight / leftMass]));
}
