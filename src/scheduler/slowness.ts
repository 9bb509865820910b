/** Steps that are looked back on. */
const WINDOW = 31;
/** Share cut off at each end before averaging. */
const TRIM = 0.25;
/** Farther from the middle than this (in ln of the ratio) counts as this far. */
const REACH = 0.2;
/** So many steps in a row, all on one side and farther off than `SHIFT`, are no accident: only they count then. */
const RUN = 8;
const SHIFT = 0.2;

/**
 * How many times slower than its weights say the machine is, from the ratios measured / predicted of the last steps:
 * exp of the mean of the middle half of their logarithms, with what lies far from the median drawn in. Up to half of
 * the steps may be disturbed without moving it by more than that little, a mean of the others keeps it from jumping
 * where kinds of step differ, and a lasting shift is followed after `RUN` steps.
 */
export class Slowness {
  /** Logarithms, oldest first. Begins as if the weights had been right all along. */
  #ratios: readonly number[];
  #value: number;

  constructor(ratios: readonly number[] = new Array<number>(WINDOW).fill(0)) {
    this.#ratios = [...ratios];
    this.#value = Math.exp(centre(this.#ratios));
  }

  get value(): number {
    return this.#value;
  }

  /** @param ratio measured / (weights · features), > 0 */
  observe(ratio: number): void {
    const before = Math.log(this.#value);
    this.#ratios = [...this.#ratios.slice(1), Math.log(ratio)];
    const run = this.#ratios.slice(-RUN);
    const shifted = run.every((x) => x - before > SHIFT) || run.every((x) => before - x > SHIFT);
    if (shifted) this.#ratios = this.#ratios.map((_, i) => run[i % RUN] ?? 0);
    this.#value = Math.exp(centre(this.#ratios));
  }

  save(): readonly number[] {
    return this.#ratios;
  }
}

function centre(logs: readonly number[]): number {
  const sorted = [...logs].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const cut = Math.floor(sorted.length * TRIM);
  const kept = sorted.slice(cut, sorted.length - cut);
  const sum = kept.reduce((total, x) => total + Math.min(REACH, Math.max(-REACH, x - middle)), 0);
  return middle + sum / kept.length;
}
