import { uniformAt } from '../numerics/index.ts';

/** What is drawn. Each has numbers of its own, so that drawing more of one leaves the others as they are. */
export const STREAMS = { gaps: 0, lengths: 1, tiers: 2, noise: 3 } as const;

/** More than there are streams: seeds that follow one another share none. */
const STREAMS_PER_SEED = 16;

/** Random numbers in a row, the same for the same seed and stream. */
export class RandomStream {
  readonly #seed: number;
  #index = 0;

  /** @param seed a whole number up to 2^48 */
  constructor(seed: number, stream: number) {
    this.#seed = seed * STREAMS_PER_SEED + stream;
  }

  /** In [0, 1). */
  uniform(): number {
    return uniformAt(this.#seed, this.#index++);
  }

  /** −ln(1 − u): the gaps of a Poisson process of rate 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** √(−2 ln(1 − u))·cos(2πv): mean 0, variance 1. Source: Box, Muller, 1958. */
  gaussian(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * Of this shape, scale 1: mean and variance are the shape. A shape below 1 is drawn as Γ(shape + 1)·u^(1/shape).
   *
   * Source: Marsaglia, Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
   */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const normal = this.gaussian();
      const v = (1 + c * normal) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }
}
