/** Share of tokens that take the highest precision's feature unmixed. */
const KEPT_SHARE = 0.5;

/**
 * MB-ToMe: one quantized stream for the next block from those of all bit groups, token by token. The half of
 * the tokens whose features at lowest and highest precision are most alike (by cosine) take the highest
 * precision's; the others take the weighted mean over groups.
 *
 * @param features one f32 [tokens, width] per group, lowest precision first; the last is changed in place
 * @returns the last of `features`, now fused
 * Source: QuEPT (Xu et al., 2026), section on multi-bit token merging.
 */
export function fuseFeatures(features: readonly Float32Array[], tokens: number): Float32Array {
  const fused = features.at(-1)!;
  if (features.length === 1) return fused;
  const width = fused.length / tokens;
  const similarity = Float64Array.from({ length: tokens }, (_, t) =>
    cosine(features[0]!, fused, t * width, width),
  );
  const kept = Math.floor(tokens * KEPT_SHARE);
  // Ties fall to the earlier token, so that the outcome does not depend on the sort.
  const order = Array.from(similarity.keys()).sort((a, b) => similarity[b]! - similarity[a]! || a - b);
  const weights = groupWeights(features.length);
  for (const token of order.slice(kept)) {
    for (let i = token * width; i < (token + 1) * width; i++) {
      let sum = 0;
      for (let group = 0; group < features.length; group++) sum += weights[group]! * features[group]![i]!;
      fused[i] = sum;
    }
  }
  return fused;
}

/** The paper's weights for three groups; equal ones otherwise. */
function groupWeights(groups: number): number[] {
  return groups === 3 ? [0.3, 0.3, 0.4] : Array.from({ length: groups }, () => 1 / groups);
}

function cosine(a: Float32Array, b: Float32Array, from: number, width: number): number {
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = from; i < from + width; i++) {
    dot += a[i]! * b[i]!;
    normA += a[i]! * a[i]!;
    normB += b[i]! * b[i]!;
  }
  return dot / (Math.sqrt(normA * normB) || 1);
}
