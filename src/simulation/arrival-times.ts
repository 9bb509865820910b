import { RandomStream, STREAMS } from './random-stream.ts';

/** Every so often `times` as many requests: the first `offMs` of each period are calm, the `onMs` that follow not. */
export interface Bursts {
  readonly onMs: number;
  readonly offMs: number;
  /** Rate of a burst by the rate between two. */
  readonly times: number;
}

/**
 * `count` arrivals of a Poisson process that has so many of them in count/perSecond seconds: Sᵢ/Sₙ₊₁ of that time, S
 * the sums of exponential gaps. Without the condition on the count a short run would come at quite another rate than
 * it was asked to.
 */
export function poissonTimes(count: number, perSecond: number, seed: number): number[] {
  const random = new RandomStream(seed, STREAMS.gaps);
  return timesOfGaps(count, perSecond, () => random.exponential());
}

/**
 * As `poissonTimes`, with gaps of a gamma distribution.
 *
 * @param variation standard deviation of the gaps by their mean, above 0: the shape is 1/variation². 1 is a Poisson
 *   process, more comes in bursts, less more evenly
 */
export function gammaTimes(count: number, perSecond: number, variation: number, seed: number): number[] {
  const random = new RandomStream(seed, STREAMS.gaps);
  return timesOfGaps(count, perSecond, () => random.gamma(1 / variation ** 2));
}

function timesOfGaps(count: number, perSecond: number, gap: () => number): number[] {
  const sums: number[] = [];
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += gap();
    sums.push(sum);
  }
  sum += gap();
  return sums.map((each) => ((1000 * count) / perSecond) * (each / sum));
}

/** 0, 1/rate, 2/rate, … */
export function evenTimes(count: number, perSecond: number): number[] {
  return Array.from({ length: count }, (_, i) => (1000 / perSecond) * i);
}

/**
 * Moves an arrival so that a steady stream comes in bursts: the mean rate over a period stays what it was, and the
 * order of arrivals too.
 *
 * With P = off + on, the calm rate is P/(off + times·on) of the mean; the returned time t solves
 * ∫₀ᵗ rate/mean = atMs.
 */
export function inBursts(atMs: number, { onMs, offMs, times }: Bursts): number {
  const period = offMs + onMs;
  const calm = period / (offMs + times * onMs);
  const start = Math.floor(atMs / period) * period;
  const into = atMs - start;
  const calmShare = offMs * calm;
  return into < calmShare ? start + into / calm : start + offMs + (into - calmShare) / (calm * times);
}
