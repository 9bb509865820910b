/**
 * G ← G + a · f fᵀ.
 *
 * @param gram G, shape [n, n] row-major, changed
 * @param features f, shape [n]
 * @param weight a
 */
export function addOuterProduct(gram: Float64Array, features: readonly number[], weight: number): void {
  const n = features.length;
  for (let i = 0; i < n; i++) {
    const scaled = weight * features[i]!;
    if (scaled === 0) continue;
    for (let j = 0; j < n; j++) gram[i * n + j]! += scaled * features[j]!;
  }
}
