import { uniformAt } from '../numerics/index.ts';

/** A permutation of 0..count−1 that depends on seed and epoch alone. */
export function shuffled(count: number, seed: number, epoch: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniformAt(seed + 7919 * (epoch + 1), i) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
