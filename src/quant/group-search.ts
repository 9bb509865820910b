import { defaultZeroPoint, type PlaneBits } from './plane-format.ts';

/**
 * Candidate clippings: a factor g means that weights beyond extreme/g saturate. Evenly spaced over the range in
 * which the optimum of trained and of Gaussian weights lies; 16 of them come within 1 % of the error of an
 * exhaustive search at 2 and 4 bits (at 8 bits clipping hardly matters).
 */
const CLIPPINGS: Readonly<Record<PlaneBits, readonly number[]>> = {
  2: evenly(0.55, 1.9, 16),
  4: evenly(0.84, 1.6, 16),
  8: evenly(0.985, 1.1, 16),
};

/** Fewer per zero point, since several zero points are tried with each. */
const SHIFTED_CLIPPINGS: Readonly<Record<PlaneBits, readonly number[]>> = {
  2: evenly(0.6, 1.9, 10),
  4: evenly(0.93, 1.6, 10),
  8: evenly(0.985, 1.08, 10),
};

const REFINEMENTS = 4;

/** Below this magnitude a group's reciprocal scale leaves the range of f32 arithmetic: it is stored as zeros. */
const SMALLEST_EXTREME = 1e-30;

/**
 * Finds scale and zero point of one group of weights w: the minimum over s and z of Σ (w − (c − z)·s)², with
 * c = clamp(round(w/s) + z, 0, 2^bits − 1).
 *
 * For fixed codes the best scale is Σwq/Σq² with q = c − z, and the error is Σw² − (Σwq)²/Σq². So a candidate
 * range is rated by (Σwq)²/Σq² alone: its codes count, not its own scale. The best candidate is then refined by
 * turns: scale from codes, codes from scale.
 *
 * An instance holds the last result, so that a search allocates nothing.
 */
export class GroupSearch {
  /** Scale found, already rounded to f32; 0 for a group of zeros. */
  scale = 0;
  /** Zero point found, an integer code. */
  zeroPoint: number;
  readonly #bits: PlaneBits;
  readonly #top: number;
  #bestScore = 0;
  #bestInverse = 0;
  #bestZero = 0;

  constructor(bits: PlaneBits) {
    this.#bits = bits;
    this.#top = 2 ** bits - 1;
    this.zeroPoint = defaultZeroPoint(bits);
  }

  /** Zero point fixed at 2^(bits − 1). The scale takes either sign, so the one code more serves either tail. */
  searchSymmetric(w: Float32Array, from: number, to: number): void {
    const zero = defaultZeroPoint(this.#bits);
    let extreme = 0;
    for (let j = from; j < to; j++) extreme = Math.max(extreme, Math.abs(w[j]!));
    if (!this.#start(extreme, zero)) return;
    for (const clipping of CLIPPINGS[this.#bits]) {
      const inverse = (clipping * zero) / extreme;
      this.#try(w, from, to, inverse, zero);
      this.#try(w, from, to, -inverse, zero);
    }
    this.#refine(w, from, to);
  }

  /**
   * Zero point free: the code of min–max with every other clipping, then the clippings beside the best one, also
   * with the neighbouring codes. Half the time of trying all with all for 0.2 % more error.
   */
  searchShifted(w: Float32Array, from: number, to: number): void {
    const top = this.#top;
    let low = 0;
    let high = 0;
    for (let j = from; j < to; j++) {
      low = Math.min(low, w[j]!);
      high = Math.max(high, w[j]!);
    }
    if (!this.#start(Math.max(-low, high), defaultZeroPoint(this.#bits))) return;
    const clippings = SHIFTED_CLIPPINGS[this.#bits];
    let best = 0;
    const tryClippings = (zero: number, first: number, last: number, step: number) => {
      const unclipped = Math.max(zero < top ? high / (top - zero) : 0, zero > 0 ? -low / zero : 0);
      for (let i = Math.max(0, first); i <= Math.min(clippings.length - 1, last); i += step) {
        if (this.#try(w, from, to, clippings[i]! / unclipped, zero)) best = i;
      }
    };
    const middle = Math.round((-low * top) / (high - low));
    tryClippings(middle, 0, clippings.length, 2);
    const coarse = best;
    tryClippings(middle, coarse - 1, coarse + 1, 2);
    const fine = best;
    if (middle > 0) tryClippings(middle - 1, fine - 1, fine + 1, 1);
    if (middle < top) tryClippings(middle + 1, fine - 1, fine + 1, 1);
    this.#refine(w, from, to);
  }

  #start(extreme: number, zero: number): boolean {
    this.scale = 0;
    this.zeroPoint = zero;
    this.#bestScore = 0;
    return extreme >= SMALLEST_EXTREME;
  }

  #try(w: Float32Array, from: number, to: number, inverse: number, zero: number): boolean {
    const rating = rate(w, from, to, inverse, zero, this.#top);
    if (!(rating > this.#bestScore)) return false;
    this.#bestScore = rating;
    this.#bestInverse = inverse;
    this.#bestZero = zero;
    return true;
  }

  #refine(w: Float32Array, from: number, to: number): void {
    const zero = this.#bestZero;
    let scale = bestScale(w, from, to, this.#bestInverse, zero, this.#top);
    for (let i = 0; i < REFINEMENTS; i++) {
      const rating = rate(w, from, to, 1 / scale, zero, this.#top);
      if (!(rating > this.#bestScore * (1 + 1e-7))) break;
      this.#bestScore = rating;
      scale = bestScale(w, from, to, 1 / scale, zero, this.#top);
    }
    this.scale = Math.fround(scale);
    this.zeroPoint = zero;
  }
}

/** (Σwq)²/Σq² of the codes at scale 1/inverse. A free function with plain arguments: the hot loop of rounding. */
function rate(w: Float32Array, from: number, to: number, inverse: number, zero: number, top: number): number {
  const bias = zero + 0.5;
  let products = 0;
  let squares = 0;
  for (let j = from; j < to; j++) {
    const weight = w[j]!;
    const place = weight * inverse + bias;
    const q = (place < 0 ? 0 : place > top ? top : place | 0) - zero;
    products += weight * q;
    squares += q * q;
  }
  return squares === 0 ? 0 : (products * products) / squares;
}

/** Σwq/Σq² of the codes at scale 1/inverse: the least-squares scale for those codes. */
function bestScale(
  w: Float32Array,
  from: number,
  to: number,
  inverse: number,
  zero: number,
  top: number,
): number {
  const bias = zero + 0.5;
  let products = 0;
  let squares = 0;
  for (let j = from; j < to; j++) {
    const weight = w[j]!;
    const place = weight * inverse + bias;
    const q = (place < 0 ? 0 : place > top ? top : place | 0) - zero;
    products += weight * q;
    squares += q * q;
  }
  return products / squares;
}

function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}
