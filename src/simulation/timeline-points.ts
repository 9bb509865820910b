import { percentile } from '../numerics/index.ts';
import type { Timeline } from './timeline.ts';

export interface TimelinePoint {
  /** Start of the window. */
  readonly seconds: number;
  readonly arrivals: number;
  readonly tokens: number;
  readonly averageBits: number | null;
  /** Mean time between tokens of a request that came in this window, and its 95th percentile. */
  readonly meanGapMs: number | null;
  readonly p95GapMs: number | null;
  /** Share of them above the TPOT target of their request: at most 0.05 when the 95th percentile is within it. */
  readonly lateGapShare: number | null;
  /** 95th percentile over requests that had tokens here of their TPOT so far, by its target. */
  readonly p95TpotByTarget: number | null;
  /** 95th percentile over requests whose first token came here of their TTFT by its target. */
  readonly p95TtftByTarget: number | null;
  readonly switches: number;
}

/** Windows as they are told. */
export function timelinePoints({ windows, windowMs }: Timeline): TimelinePoint[] {
  return windows.map(
    ({ arrivals, tokens, bits, switches, lateGaps, gaps, tpotsByTarget, ttftsByTarget }, i) => ({
      seconds: (i * windowMs) / 1000,
      arrivals,
      tokens,
      averageBits: tokens === 0 ? null : bits / tokens,
      meanGapMs: gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
      p95GapMs: percentileOrNull(gaps, 0.95),
      lateGapShare: gaps.length === 0 ? null : lateGaps / gaps.length,
      p95TpotByTarget: percentileOrNull([...tpotsByTarget.values()], 0.95),
      p95TtftByTarget: percentileOrNull(ttftsByTarget, 0.95),
      switches,
    }),
  );
}

function percentileOrNull(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : percentile(values, share);
}
