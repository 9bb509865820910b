import type { Distribution } from '../load/distribution.ts';
import { OUTCOMES } from '../load/load-record.ts';
import type { LoadRun } from '../load/result-schema.ts';
import { asBits, asCount, asMs, asPercent, asRate, type Metric } from './metric.ts';

/** What is told of a run of the open loop, in order. */
export function loadMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  const seen = (outcome: (typeof OUTCOMES)[number]): boolean =>
    runs.some(({ outcomes }) => outcomes[outcome] > 0);
  const several = runs.some(({ tiers }) => tiers.length > 1);
  const elastic = runs.some(({ precision }) => precision !== null);
  return [
    plain('requests due', ({ scheduled }) => scheduled, asCount, false),
    plain('due, requests/s', ({ scheduledRate }) => scheduledRate, asRate),
    ...OUTCOMES.filter((outcome) => outcome === 'completed' || seen(outcome)).map((outcome) =>
      plain(outcome, ({ outcomes }) => outcomes[outcome], asCount, false),
    ),
    plain('met all targets', ({ attainment }) => attainment, asPercent),
    plain('met TTFT', ({ ttftAttainment }) => ttftAttainment, asPercent),
    plain('met TPOT', ({ tpotAttainment }) => tpotAttainment, asPercent),
    ...(several ? tierMetrics(runs) : []),
    plain('goodput, requests/s', ({ goodput }) => goodput, asRate),
    plain('quality-weighted', ({ qualityWeightedGoodput }) => qualityWeightedGoodput, asRate),
    plain('completed, requests/s', ({ completedPerSecond }) => completedPerSecond, asRate),
    plain('output, tokens/s', ({ outputTokensPerSecond }) => outputTokensPerSecond, asRate),
    ...(elastic
      ? [
          plain('average bits', ({ averageBits }) => averageBits, asBits),
          plain('switches of precision', ({ precision }) => precision?.switches ?? null, asCount),
        ]
      : []),
    ...times('TTFT', ({ ttftMs }) => ttftMs),
    ...times('TPOT', ({ tpotMs }) => tpotMs),
    ...times('ITL', ({ itlMs }) => itlMs),
    ...times('whole answer', ({ wholeMs }) => wholeMs),
    plain('under way, mean', ({ concurrency }) => concurrency.mean, asRate),
    plain('under way, most', ({ concurrency }) => concurrency.max, asCount, false),
    plain('prompt, mean tokens', ({ tokens }) => tokens.promptMean, asRate, false),
    plain('… as asked for', ({ tokens }) => tokens.askedPromptMean, asRate, false),
    plain('answer, mean tokens', ({ tokens }) => tokens.outputMean, asRate, false),
    plain('… as asked for', ({ tokens }) => tokens.askedOutputMean, asRate, false),
    plain('sent late, P99 ms', ({ lagMs }) => lagMs?.p99 ?? null, asMs, false),
    plain('sent late, most ms', ({ lagMs }) => lagMs?.max ?? null, asMs, false),
  ];
}

function plain(
  name: string,
  value: Metric<LoadRun>['value'],
  format: Metric<LoadRun>['format'],
  compared = true,
): Metric<LoadRun> {
  return { name, value, format, compared };
}

function times(name: string, of: (run: LoadRun) => Distribution | null): Metric<LoadRun>[] {
  return (['p50', 'p95', 'p99'] as const).map((key) =>
    plain(`${name} ${key.toUpperCase()}, ms`, (run) => of(run)?.[key] ?? null, asMs),
  );
}

function tierMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  const tiers = [...new Set(runs.flatMap((run) => run.tiers.map(({ tier }) => tier)))];
  return tiers.flatMap((name) => {
    const of = (run: LoadRun) => run.tiers.find(({ tier }) => tier === name) ?? null;
    return [
      plain(`${name}: requests due`, (run) => of(run)?.scheduled ?? null, asCount, false),
      plain(`${name}: met all targets`, (run) => of(run)?.attainment ?? null, asPercent),
      plain(`${name}: TTFT P95, ms`, (run) => of(run)?.ttftMs?.p95 ?? null, asMs),
      plain(`${name}: TPOT P95, ms`, (run) => of(run)?.tpotMs?.p95 ?? null, asMs),
      ...(runs.some((run) => of(run)?.averageBits != null)
        ? [plain(`${name}: average bits`, (run) => of(run)?.averageBits ?? null, asBits)]
        : []),
    ];
  });
}
