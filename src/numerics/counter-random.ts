const MASK_BITS = 64;
const STEP = 0x9e3779b97f4a7c15n;

/**
 * u(seed, i) = output i of the generator SplitMix64 started at `seed`, its top 53 bits scaled by 2^-53.
 *
 * The state of that generator is a plain sum, so any output is computed directly from its index: what token i of a
 * request draws depends on nothing that ran before or beside it.
 *
 * @param seed a safe integer; its low 64 bits count
 * @param index i >= 0, a safe integer
 * @returns float64 in [0, 1)
 *
 * Throws RangeError when an argument is not an integer.
 * Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (variant 13 of the mixer).
 */
export function uniformAt(seed: number, index: number): number {
  const state = BigInt.asUintN(MASK_BITS, BigInt(seed) + (BigInt(index) + 1n) * STEP);
  return Number(mix(state) >> 11n) * 2 ** -53;
}

function mix(state: bigint): bigint {
  let z = state;
  z = BigInt.asUintN(MASK_BITS, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(MASK_BITS, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
