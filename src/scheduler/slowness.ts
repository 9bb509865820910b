/** Steps that are looked back on. A shift of all of them is followed fully after three quarters, half after half. */
const WINDOW = 25;
/** Share cut off at each end before averaging. */
const TRIM = 0.25;
/** Farther from the middle than this (in ln of the ratio) counts as this far. */
const REACH = 0.3;

/**
 * How many times slower than its weights say the machine is, from the ratios measured / predicted of the last steps:
 * exp of the mean of the middle half of their logarithms, with what lies far from the median drawn in. Up to half of
 * the steps may be disturbed without doing more than that little; a smooth mean of the rest keeps it from jumping
 * where two kinds of step differ.
 */
export class Slowness {
  /** Logarithms, oldest first. Begins as if the weights had been right all along. */
  #ratios: number[];
  #value: number;

  constructor(ratios: readonly number[] = new Array<number>(WINDOW).fill(0)) {
    this.#ratios = [...ratios];
    this.#value = centre(this.#ratios);
  }

  get value(): number {
    return this.#value;
  }

  /** @param ratio measured / (weights · features), > 0 */
  observe(ratio: number): void {
    this.#ratios = [...this.#ratios.slice(1), Math.log(ratio)];
    this.#value = centre(this.#ratios);
  }

  save(): number[] {
    return [...this.#ratios];
  }
}

function centre(logs: readonly number[]): number {
  const sorted = [...logs].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const cut = Math.floor(sorted.length * TRIM);
  const kept = sorted.slice(cut, sorted.length - cut);
  const sum = kept.reduce((total, x) => total + Math.min(REACH, Math.max(-REACH, x - middle)), 0);
  return Math.exp(middle + sum / kept.length);
}
