import type { SimulationResult } from './summarize.ts';

/** A rate that was simulated. */
export interface RatePoint {
  /** Requests per second asked for; what arrived is in the result. */
  readonly rate: number;
  readonly result: SimulationResult;
}

/** Simulates one policy at a mean rate of requests per second. */
export type Measure = (rate: number) => Promise<SimulationResult>;

/** Share of requests that must meet all their targets. */
export const REQUIRED_ATTAINMENT = 0.9;
/** How near the found rate comes to one that fails. */
const PRECISION = 1.02;
const FARTHEST_FACTOR = 2 ** 12;

/**
 * goodput90: the highest rate at which 90 % of the requests meet all their targets. Begins with the rates already
 * known, doubles or halves until one rate holds and a higher one fails, then bisects by ratio down to 2 %.
 *
 * Attainment need not fall steadily with the rate: the search keeps to the highest rate found to hold, and to the
 * lowest failing one above it.
 *
 * @param known points of the same policy, at least one
 * @returns the highest holding point, or null when none holds at 1/4096 of the lowest known rate
 */
export async function findGoodput90(
  measure: Measure,
  known: readonly RatePoint[],
): Promise<RatePoint | null> {
  const sorted = known.toSorted((a, b) => a.rate - b.rate);
  const lowest = sorted[0];
  if (lowest === undefined) throw new RangeError('The search for goodput needs a rate to begin with.');
  const holding = sorted.findLast(holds);
  if (holding === undefined) return fall(measure, lowest.rate);
  const failing = sorted.find(({ rate }) => rate > holding.rate)?.rate;
  return failing === undefined ? rise(measure, holding) : bisect(measure, holding, failing);
}

/** Down from a failing rate. */
async function fall(measure: Measure, failing: number): Promise<RatePoint | null> {
  for (let rate = failing / 2; rate >= failing / FARTHEST_FACTOR; rate /= 2) {
    const point = { rate, result: await measure(rate) };
    if (holds(point)) return bisect(measure, point, rate * 2);
  }
  return null;
}

/** Up from a holding rate; one that nothing fails at is as good as any beyond it. */
async function rise(measure: Measure, holding: RatePoint): Promise<RatePoint> {
  let best = holding;
  for (let rate = holding.rate * 2; rate <= holding.rate * FARTHEST_FACTOR; rate *= 2) {
    const point = { rate, result: await measure(rate) };
    if (!holds(point)) return bisect(measure, best, rate);
    best = point;
  }
  return best;
}

async function bisect(measure: Measure, holding: RatePoint, failing: number): Promise<RatePoint> {
  let best = holding;
  let bound = failing;
  while (bound / best.rate > PRECISION) {
    const rate = Math.sqrt(best.rate * bound);
    const point = { rate, result: await measure(rate) };
    if (holds(point)) best = point;
    else bound = rate;
  }
  return best;
}

function holds({ result }: RatePoint): boolean {
  return result.attainment >= REQUIRED_ATTAINMENT;
}
