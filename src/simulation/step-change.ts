import { mostSwitches, SWITCH_LIMITS } from '../scheduler/index.ts';
import { meetsTargets, type RequestRecord } from './request-record.ts';
import type { TimelinePoint } from './timeline-points.ts';

/** A load that rises once and falls again. */
export interface StepChange {
  readonly afterMs: number;
  readonly forMs: number;
  /** Rate of arrivals in that time by the rate before and after it. */
  readonly times: number;
}

/** How a server took a step change. Seconds are counted from the rise or the fall to the end of a window. */
export interface StepOutcome extends StepChange {
  /** Until the 95th percentile of TPOT is within the target for the rest of the rise; null for never. */
  readonly protectSeconds: number | null;
  /** The longest that it stays above the target in one go during the rise: how fast it is brought back. */
  readonly longestLateSeconds: number;
  /** Until all tokens of some seconds are of the precision before the rise; null for never. */
  readonly restoreSeconds: number | null;
  /** Share that met all targets, of requests that arrived before, during and after the rise; null without any. */
  readonly attainment: Readonly<Record<'before' | 'during' | 'after', number | null>>;
  /** The most that one request saw in any minute, and what the policies promise. */
  readonly mostSwitchesPerMinute: number;
  readonly switchBound: number;
}

const MINUTE_MS = 60_000;
/** Precision is back when it stays for so long. */
const STAYS_SECONDS = 5;
/** Bits of a mean are sums of fractions. */
const EQUAL_BITS = 1e-9;

/** Moves an arrival of a steady stream: the order stays, and the rate beside the rise. */
export function inStep(atMs: number, { afterMs, forMs, times }: StepChange): number {
  if (atMs <= afterMs) return atMs;
  const dense = times * forMs;
  return atMs < afterMs + dense ? afterMs + (atMs - afterMs) / times : atMs - dense + forMs;
}

export function judgeStep(
  change: StepChange,
  records: readonly RequestRecord[],
  timeline: readonly TimelinePoint[],
  { windowMs, rungs }: { readonly windowMs: number; readonly rungs: number },
): StepOutcome {
  const { afterMs, forMs } = change;
  const fallMs = afterMs + forMs;
  const within = (fromMs: number, toMs: number): number | null => {
    const own = records.filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs && arrivedAtMs < toMs);
    return own.length === 0 ? null : own.filter(meetsTargets).length / own.length;
  };
  const during = timeline.filter(
    ({ seconds }) => seconds * 1000 + windowMs > afterMs && seconds * 1000 < fallMs,
  );
  return {
    ...change,
    protectSeconds: protectSeconds(during, afterMs / 1000),
    longestLateSeconds: (longestLate(during) * windowMs) / 1000,
    restoreSeconds: restoreSeconds(timeline, windowMs / 1000, afterMs / 1000, fallMs / 1000),
    attainment: {
      before: within(0, afterMs),
      during: within(afterMs, fallMs),
      after: within(fallMs, Number.POSITIVE_INFINITY),
    },
    mostSwitchesPerMinute: Math.max(0, ...records.map(({ switchedAtMs }) => mostWithinMinute(switchedAtMs))),
    switchBound: mostSwitches(SWITCH_LIMITS, rungs, MINUTE_MS),
  };
}

const isLate = ({ p95TpotByTarget }: TimelinePoint): boolean => (p95TpotByTarget ?? 0) > 1;

function protectSeconds(during: readonly TimelinePoint[], rise: number): number | null {
  const lastLate = during.findLastIndex(isLate);
  if (lastLate < 0) return 0;
  const next = during[lastLate + 1];
  return next === undefined ? null : Math.max(0, next.seconds - rise);
}

/** Windows. */
function longestLate(during: readonly TimelinePoint[]): number {
  let longest = 0;
  let run = 0;
  for (const point of during) {
    run = isLate(point) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

function restoreSeconds(
  timeline: readonly TimelinePoint[],
  windowSeconds: number,
  rise: number,
  fall: number,
): number | null {
  const before = timeline.filter(({ seconds }) => seconds + windowSeconds <= rise);
  const rest = Math.max(0, ...before.map(({ averageBits }) => averageBits ?? 0));
  const after = timeline.filter(({ seconds }) => seconds + windowSeconds > fall);
  const low = ({ averageBits }: TimelinePoint): boolean => (averageBits ?? rest) < rest - EQUAL_BITS;
  let sinceSeconds = fall;
  for (const point of after) {
    if (point.seconds >= sinceSeconds + STAYS_SECONDS) return sinceSeconds - fall;
    if (low(point)) sinceSeconds = point.seconds + windowSeconds;
  }
  const last = after.at(-1);
  // What comes to its end at rest has stayed there as well.
  return last !== undefined && !low(last) ? sinceSeconds - fall : null;
}

/** The most times, ascending, that lie in one minute, both ends included. */
function mostWithinMinute(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  times.forEach((time, i) => {
    while (time - (times[first] ?? 0) > MINUTE_MS) first++;
    most = Math.max(most, i + 1 - first);
  });
  return most;
}
