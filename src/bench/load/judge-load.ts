import type { ServiceTier } from '../../core/index.ts';
import { SERVICE_TIERS } from '../../core/index.ts';
import { distributionOf } from './distribution.ts';
import {
  gapsMs,
  type LoadOutcome,
  type LoadRecord,
  OUTCOMES,
  tpotMs,
  ttftMs,
  wholeMs,
} from './load-record.ts';
import { meetsTargets, meetsTpot, meetsTtft, type TargetTable, targetsOf } from './load-targets.ts';
import { completedWithin, loadTimeline, tokensWithin } from './load-timeline.ts';
import type { LoadOutcomes, LoadRun } from './result-schema.ts';
import type { OfferedPrecision } from './server-facts.ts';

export interface JudgedLoad {
  /** Of the whole run, the warm-up included. */
  readonly records: readonly LoadRecord[];
  /** Requests per second that were asked for; null for those of a trace. */
  readonly rate: number | null;
  /** Requests that were due before are not judged. */
  readonly warmupMs: number;
  /** Until when requests were due. */
  readonly spanMs: number;
  readonly targets: TargetTable;
  /** Null for a server without elastic precision. */
  readonly ladder: readonly OfferedPrecision[] | null;
}

/** Rates and shares of what was due behind the warm-up. What was refused, failed or was dropped has missed its targets. */
export function judgeLoad(load: JudgedLoad): LoadRun {
  const { records, warmupMs, spanMs, ladder } = load;
  const judged = records.filter(({ request }) => request.atMs >= warmupMs);
  const seconds = (spanMs - warmupMs) / 1000;
  const outcomes = judgeOutcomes(judged, load);
  const timeline = loadTimeline(records, spanMs);
  return {
    rate: load.rate,
    seconds,
    warmupSeconds: warmupMs / 1000,
    scheduledRate: judged.length / seconds,
    ...outcomes,
    goodput: outcomes.met / seconds,
    qualityWeightedGoodput: sum(judged, (record) => metWeight(record, load)) / seconds,
    completedPerSecond: completedWithin(records, warmupMs, spanMs) / seconds,
    outputTokensPerSecond: tokensWithin(records, warmupMs, spanMs) / seconds,
    faults: countFaults(judged),
    itlMs: distributionOf(judged.flatMap(gapsMs)),
    wholeMs: distributionOf(present(judged.map(wholeMs))),
    lagMs: distributionOf(
      present(judged.map(({ sentAtMs, request }) => (sentAtMs === null ? null : sentAtMs - request.atMs))),
    ),
    tokens: countTokens(judged),
    precision: servedPrecision(judged, ladder),
    tiers: SERVICE_TIERS.flatMap((tier) => {
      const own = judged.filter(({ request }) => request.tier === tier);
      return own.length === 0 ? [] : [judgeTier(tier, own, load)];
    }),
    concurrency: timeline.concurrency,
    timeline: { windowSeconds: timeline.windowSeconds, points: timeline.points },
  };
}

function judgeOutcomes(records: readonly LoadRecord[], { targets, ladder }: JudgedLoad): LoadOutcomes {
  const share = (holds: (record: LoadRecord) => boolean): number =>
    records.length === 0 ? 0 : records.filter(holds).length / records.length;
  const of = ({ request }: LoadRecord) => targetsOf(targets, request.tier);
  const met = records.filter((record) => meetsTargets(record, of(record))).length;
  const outcomes = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, records.filter((record) => record.outcome === outcome).length]),
  ) as Record<LoadOutcome, number>;
  return {
    scheduled: records.length,
    met,
    outcomes,
    attainment: share((record) => meetsTargets(record, of(record))),
    ttftAttainment: share((record) => meetsTtft(record, of(record))),
    tpotAttainment: share((record) => meetsTpot(record, of(record))),
    ttftMs: distributionOf(present(records.map(ttftMs))),
    tpotMs: distributionOf(present(records.map(tpotMs))),
    averageBits: averageBits(records),
    qualityWeight: mean(records.map((record) => qualityWeight(record, ladder))),
  };
}

function judgeTier(
  tier: ServiceTier,
  records: readonly LoadRecord[],
  load: JudgedLoad,
): LoadRun['tiers'][number] {
  const servedAs: Record<string, number> = {};
  for (const { servedTier, outcome } of records) {
    if (outcome !== 'completed') continue;
    const name = servedTier ?? 'untold';
    servedAs[name] = (servedAs[name] ?? 0) + 1;
  }
  return { tier, targets: targetsOf(load.targets, tier), ...judgeOutcomes(records, load), servedAs };
}

/** Mean of its tokens' weights; 1 where the server tells no precision, null where there was no token. */
function qualityWeight(
  { precision, outputTokens }: LoadRecord,
  ladder: readonly OfferedPrecision[] | null,
): number | null {
  if (outputTokens === 0) return null;
  const tokens = sum(precision?.configs ?? [], ({ tokens: n }) => n);
  if (precision === null || ladder === null || tokens === 0) return 1;
  const weights = new Map(ladder.map(({ id, weight }) => [id, weight]));
  return sum(precision.configs, ({ id, tokens: n }) => n * (weights.get(id) ?? 1)) / tokens;
}

function metWeight(record: LoadRecord, { targets, ladder }: JudgedLoad): number {
  const met = meetsTargets(record, targetsOf(targets, record.request.tier));
  return met ? (qualityWeight(record, ladder) ?? 1) : 0;
}

/** Over tokens; null where no precision was told. */
function averageBits(records: readonly LoadRecord[]): number | null {
  const configs = records.flatMap(({ precision }) => precision?.configs ?? []);
  const told = records.filter(({ precision }) => precision !== null);
  const tokens = sum(configs, ({ tokens: n }) => n);
  if (tokens === 0) return null;
  const bits = sum(
    told,
    ({ precision }) => (precision?.average_bits ?? 0) * sum(precision?.configs ?? [], ({ tokens: n }) => n),
  );
  return bits / tokens;
}

function servedPrecision(
  records: readonly LoadRecord[],
  ladder: readonly OfferedPrecision[] | null,
): LoadRun['precision'] {
  const tokens = new Map<string, number>();
  for (const { id, tokens: n } of records.flatMap(({ precision }) => precision?.configs ?? [])) {
    tokens.set(id, (tokens.get(id) ?? 0) + n);
  }
  if (tokens.size === 0) return null;
  const rungs = ladder ?? [];
  const unlisted = [...tokens.keys()].filter((id) => !rungs.some((rung) => rung.id === id));
  return {
    switches: sum(records, ({ precision }) => precision?.switches ?? 0),
    configs: [
      ...rungs.map(({ id, averageBits: bits, weight }) => ({
        id,
        averageBits: bits,
        weight,
        tokens: tokens.get(id) ?? 0,
      })),
      ...unlisted.map((id) => ({ id, averageBits: null, weight: 1, tokens: tokens.get(id) ?? 0 })),
    ],
  };
}

function countTokens(records: readonly LoadRecord[]): LoadRun['tokens'] {
  const completed = records.filter(({ outcome }) => outcome === 'completed');
  const by = new Set(completed.map(({ countedBy }) => countedBy));
  const prompts = present(completed.map(({ promptTokens }) => promptTokens));
  return {
    output: sum(records, ({ outputTokens }) => outputTokens),
    countedBy: by.size > 1 ? 'both' : ([...by][0] ?? 'usage'),
    askedOutputMean: mean(completed.map(({ request }) => request.outputTokens)),
    outputMean: mean(completed.map(({ outputTokens }) => outputTokens)),
    askedPromptMean: mean(completed.map(({ request }) => request.promptTokens)),
    promptMean: mean(prompts),
    cachedMean: mean(present(completed.map(({ cachedTokens }) => cachedTokens))),
    shorterThanAsked: completed.filter(({ outputTokens, request }) => outputTokens < request.outputTokens)
      .length,
  };
}

function countFaults(records: readonly LoadRecord[]): Record<string, number> {
  const faults: Record<string, number> = {};
  for (const { outcome, fault } of records) {
    if (outcome === 'completed') continue;
    const name = fault === null ? outcome : `${outcome}: ${fault}`;
    faults[name] = (faults[name] ?? 0) + 1;
  }
  return faults;
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

/** Of those there are; null for none. */
function mean(values: readonly (number | null)[]): number | null {
  const known = present(values);
  return known.length === 0 ? null : sum(known, (value) => value) / known.length;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
