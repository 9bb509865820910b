import { type Ladder, SERVICE_TIERS, type ServiceTier } from '../core/index.ts';
import { percentile } from '../numerics/index.ts';
import { leastAgreement } from './agreement.ts';
import { meetsTargets, meetsTpot, meetsTtft, type RequestRecord, tpotMs, ttftMs } from './request-record.ts';
import { judgeStep, type StepChange, type StepOutcome } from './step-change.ts';
import type { Timeline } from './timeline.ts';
import { type TimelinePoint, timelinePoints } from './timeline-points.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How a set of requests fared. Shares are of all of them: one that was refused or failed has missed everything. */
export interface Outcomes {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  /** Share that met both targets, and each by itself. */
  readonly attainment: number;
  readonly ttftAttainment: number;
  readonly tpotAttainment: number;
  /** Over all tokens; null when there were none. */
  readonly averageBits: number | null;
  readonly meanKl: number | null;
  /** Mean of `leastAgreement` over all tokens. */
  readonly qualityWeight: number;
  /** 1 − mean KL / KL of the lowest rung: 1 where nothing is lost, 0 where every token is of the lowest rung. */
  readonly ladderWeight: number;
  readonly switches: number;
  /** By the minutes in which requests were between their first and their last token. */
  readonly switchesPerRequestMinute: number;
  /** Null when nothing was measured. */
  readonly ttftMs: Percentiles | null;
  readonly tpotMs: Percentiles | null;
}

export interface TierOutcomes extends Outcomes {
  readonly tier: ServiceTier;
}

export interface SimulationResult extends Outcomes {
  readonly policy: string;
  /** Requests that arrived, per second. */
  readonly arrivalRate: number;
  /** Requests that met all their targets, per second. */
  readonly goodput: number;
  readonly qualityWeightedGoodput: number;
  readonly ladderWeightedGoodput: number;
  /** Time between neighbouring tokens of a request. */
  readonly itlMs: Percentiles | null;
  /** Share of the time that passes of the model took. */
  readonly utilisation: number;
  readonly steps: number;
  readonly passes: number;
  readonly simulatedSeconds: number;
  /** Tiers that had requests, the most urgent first. */
  readonly tiers: readonly TierOutcomes[];
  readonly windowSeconds: number;
  readonly timeline: readonly TimelinePoint[];
  /** Null where the load does not change by a step. */
  readonly step: StepOutcome | null;
}

export interface SimulationRecords {
  readonly policy: string;
  readonly ladder: Ladder;
  readonly records: readonly RequestRecord[];
  readonly timeline: Timeline;
  readonly step: StepChange | null;
  /** In which requests arrived. */
  readonly spanMs: number;
  /** Until the last one ended. */
  readonly simulatedMs: number;
  readonly busyMs: number;
  readonly steps: number;
  readonly passes: number;
}

export function summarize(run: SimulationRecords): SimulationResult {
  const { ladder, records, timeline, spanMs, simulatedMs } = run;
  const course = timelinePoints(timeline);
  const outcomes = summarizeOutcomes(records, ladder);
  const arrivalRate = (1000 * records.length) / spanMs;
  const goodput = arrivalRate * outcomes.attainment;
  return {
    policy: run.policy,
    arrivalRate,
    ...outcomes,
    goodput,
    qualityWeightedGoodput: goodput * outcomes.qualityWeight,
    ladderWeightedGoodput: goodput * outcomes.ladderWeight,
    itlMs: percentiles(timeline.windows.flatMap(({ gaps }) => gaps)),
    utilisation: simulatedMs === 0 ? 0 : run.busyMs / simulatedMs,
    steps: run.steps,
    passes: run.passes,
    simulatedSeconds: simulatedMs / 1000,
    tiers: SERVICE_TIERS.flatMap((tier) => {
      const own = records.filter(({ level }) => level.tier === tier);
      return own.length === 0 ? [] : [{ tier, ...summarizeOutcomes(own, ladder) }];
    }),
    windowSeconds: timeline.windowMs / 1000,
    timeline: course,
    step:
      run.step === null
        ? null
        : judgeStep(run.step, records, course, { windowMs: timeline.windowMs, rungs: ladder.length }),
  };
}

function summarizeOutcomes(records: readonly RequestRecord[], ladder: Ladder): Outcomes {
  const share = (holds: (record: RequestRecord) => boolean) =>
    records.length === 0 ? 0 : count(records, holds) / records.length;
  const tokens = sum(records, (record) => record.tokens);
  const perToken = (value: (rung: number) => number) =>
    tokens === 0 ? null : sum(records, (record) => weighted(record.tokensByRung, value)) / tokens;
  const klOf = (rung: number) => ladder[rung]?.predictedKl ?? 0;
  const worst = klOf(0);
  const switches = sum(records, ({ switchedAtMs }) => switchedAtMs.length);
  const minutes = sum(records, ({ firstTokenAtMs, lastTokenAtMs }) =>
    firstTokenAtMs === null || lastTokenAtMs === null ? 0 : (lastTokenAtMs - firstTokenAtMs) / 60_000,
  );
  return {
    requests: records.length,
    refused: count(records, ({ outcome }) => outcome === 'refused'),
    failed: count(records, ({ outcome }) => outcome === 'failed'),
    attainment: share(meetsTargets),
    ttftAttainment: share(meetsTtft),
    tpotAttainment: share(meetsTpot),
    averageBits: perToken((rung) => ladder[rung]?.averageBits ?? 0),
    meanKl: perToken(klOf),
    qualityWeight: perToken((rung) => leastAgreement(klOf(rung))) ?? 1,
    // Token by token, so that all tokens at the lowest rung give 0 and not what rounding leaves of it.
    ladderWeight: perToken((rung) => (worst === 0 ? 1 : 1 - klOf(rung) / worst)) ?? 1,
    switches,
    switchesPerRequestMinute: minutes === 0 ? 0 : switches / minutes,
    ttftMs: percentiles(present(records.map(ttftMs))),
    tpotMs: percentiles(present(records.map(tpotMs))),
  };
}

function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) };
}

function weighted(tokensByRung: readonly number[], value: (rung: number) => number): number {
  // Rungs between those that were used are holes in the array: forEach passes them over.
  let total = 0;
  tokensByRung.forEach((tokens, rung) => {
    total += tokens * value(rung);
  });
  return total;
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.reduce((total, item) => total + (holds(item) ? 1 : 0), 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
