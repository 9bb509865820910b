import { RandomStream, STREAMS } from './random-stream.ts';

/** Every so often `times` as many requests: the first `offMs` of each period are calm, the `onMs` that follow not. */
export interface Bursts {
  readonly onMs: number;
  readonly offMs: number;
  /** Rate of a burst by the rate between two. */
  readonly times: number;
}

/** Times of a Poisson process, from its first gap on, without end. */
export function* poissonTimes(perSecond: number, seed: number): Generator<number> {
  const random = new RandomStream(seed, STREAMS.gaps);
  for (let atMs = 0; ; ) {
    atMs += (1000 / perSecond) * random.exponential();
    yield atMs;
  }
}

/** 0, 1/rate, 2/rate, … without end. */
export function* evenTimes(perSecond: number): Generator<number> {
  for (let i = 0; ; i++) yield (1000 / perSecond) * i;
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
