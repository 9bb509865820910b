const WORD = 2 ** 32;

/**
 * Draws an index with probability w_i / Σ w: every index runs a race that takes it the time E_i / w_i, E_i = −ln u_i,
 * and the first one wins.
 *
 * Each u_i is made from `uniform` and i alone, so the winner changes only where two indices arrive at nearly the same
 * time. Weights that differ in their last digits, because a batch had other rows or a step another precision, almost
 * never change it; a walk along the cumulative distribution moves at every index by all changes before it.
 *
 * @param weights finite, >= 0, not mutated
 * @param uniform [0, 1), the randomness of this draw
 * @returns an index of positive weight; the lowest of those that arrive together; 0 when all weights are 0
 *
 * Source: the race is the Gumbel-max trick in other units (Maddison, Tarlow, Minka, "A* Sampling", NIPS 2014); the
 * hash is two rounds of MurmurHash3's 32-bit finalizer.
 */
export function raceIndex(weights: Float64Array, uniform: number): number {
  const high = Math.floor(uniform * WORD);
  const low = Math.floor((uniform * WORD - high) * WORD);
  let winner = 0;
  let best = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const late = 1 - (mix(mix(i ^ high) ^ low) + 0.5) / WORD;
    // −ln(1 − x) >= x: whoever would lose with less time spent needs no logarithm.
    if (weight <= best * late) continue;
    const speed = weight / -Math.log1p(-late);
    if (speed > best) {
      best = speed;
      winner = i;
    }
  }
  return winner;
}

function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
