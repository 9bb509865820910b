import type { Distribution } from '../load/distribution.ts';
import { OUTCOMES } from '../load/load-record.ts';
import type { LoadRun } from '../load/result-schema.ts';
import { asBits, asCount, asMs, asPercent, asRate, type Metric } from './metric.ts';

type Details = Partial<Pick<Metric<LoadRun>, 'compared' | 'key'>>;
type Value = Metric<LoadRun>['value'];

/** A measure that is no better for being more. */
const NOT_COMPARED: Details = { compared: false };
const KEY: Details = { key: true };

/** What is told of a run of the open loop, in order. */
export function loadMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  return [
    ...goodputMetrics(runs),
    ...requestMetrics(runs),
    ...times('Times', 'TTFT', ({ ttftMs }) => ttftMs, KEY),
    ...times('Times', 'TPOT', ({ tpotMs }) => tpotMs, KEY),
    ...times('Times', 'ITL', ({ itlMs }) => itlMs),
    ...times('Times', 'whole answer', ({ wholeMs }) => wholeMs),
    ...(runs.some(({ tiers }) => tiers.length > 1) ? tierMetrics(runs) : []),
    ...tokenMetrics(),
  ];
}

function goodputMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  const metric = inGroup('Goodput');
  return [
    metric('goodput, requests/s', ({ goodput }) => goodput, asRate, KEY),
    metric('quality-weighted', ({ qualityWeightedGoodput }) => qualityWeightedGoodput, asRate, KEY),
    metric('met all targets', ({ attainment }) => attainment, asPercent, KEY),
    metric('met TTFT', ({ ttftAttainment }) => ttftAttainment, asPercent),
    metric('met TPOT', ({ tpotAttainment }) => tpotAttainment, asPercent),
    metric('completed, requests/s', ({ completedPerSecond }) => completedPerSecond, asRate),
    metric('output, tokens/s', ({ outputTokensPerSecond }) => outputTokensPerSecond, asRate, KEY),
    ...(runs.some(({ precision }) => precision !== null)
      ? [
          metric('average bits', ({ averageBits }) => averageBits, asBits, KEY),
          metric('switches of precision', ({ precision }) => precision?.switches ?? null, asCount),
        ]
      : []),
  ];
}

function requestMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  const metric = inGroup('Requests');
  const seen = OUTCOMES.filter(
    (outcome) => outcome === 'completed' || runs.some(({ outcomes }) => outcomes[outcome] > 0),
  );
  return [
    metric('due', ({ scheduled }) => scheduled, asCount, NOT_COMPARED),
    metric('due, requests/s', ({ scheduledRate }) => scheduledRate, asRate),
    ...seen.map((outcome) => metric(outcome, ({ outcomes }) => outcomes[outcome], asCount, NOT_COMPARED)),
    metric('under way, mean', ({ concurrency }) => concurrency.mean, asRate),
    metric('under way, most', ({ concurrency }) => concurrency.max, asCount, NOT_COMPARED),
    metric('sent late, P99 ms', ({ lagMs }) => lagMs?.p99 ?? null, asMs, NOT_COMPARED),
    metric('sent late, most ms', ({ lagMs }) => lagMs?.max ?? null, asMs, NOT_COMPARED),
  ];
}

function tierMetrics(runs: readonly LoadRun[]): Metric<LoadRun>[] {
  const tiers = [...new Set(runs.flatMap((run) => run.tiers.map(({ tier }) => tier)))];
  return tiers.flatMap((name) => {
    const of = (run: LoadRun) => run.tiers.find(({ tier }) => tier === name) ?? null;
    const metric = inGroup(`Tier ${name}`);
    return [
      metric(`${name}: due`, (run) => of(run)?.scheduled ?? null, asCount, NOT_COMPARED),
      metric(`${name}: met all targets`, (run) => of(run)?.attainment ?? null, asPercent),
      metric(`${name}: TTFT P95, ms`, (run) => of(run)?.ttftMs?.p95 ?? null, asMs),
      metric(`${name}: TPOT P95, ms`, (run) => of(run)?.tpotMs?.p95 ?? null, asMs),
      ...(runs.some((run) => of(run)?.averageBits != null)
        ? [metric(`${name}: average bits`, (run) => of(run)?.averageBits ?? null, asBits)]
        : []),
    ];
  });
}

function tokenMetrics(): Metric<LoadRun>[] {
  const metric = inGroup('Tokens');
  return [
    metric('prompt, mean tokens', ({ tokens }) => tokens.promptMean, asRate, NOT_COMPARED),
    metric('… as asked for', ({ tokens }) => tokens.askedPromptMean, asRate, NOT_COMPARED),
    metric('answer, mean tokens', ({ tokens }) => tokens.outputMean, asRate, NOT_COMPARED),
    metric('… as asked for', ({ tokens }) => tokens.askedOutputMean, asRate, NOT_COMPARED),
    metric('answers shorter than that', ({ tokens }) => tokens.shorterThanAsked, asCount, NOT_COMPARED),
    metric('of a prompt reused, mean', ({ tokens }) => tokens.cachedMean, asRate, NOT_COMPARED),
  ];
}

function times(
  group: string,
  name: string,
  of: (run: LoadRun) => Distribution | null,
  details: Details = {},
): Metric<LoadRun>[] {
  const metric = inGroup(group);
  return (['p50', 'p95', 'p99'] as const).map((key) =>
    metric(`${name} ${key.toUpperCase()}, ms`, (run) => of(run)?.[key] ?? null, asMs, {
      key: details.key === true && key !== 'p99',
    }),
  );
}

function inGroup(group: string) {
  return (
    name: string,
    value: Value,
    format: Metric<LoadRun>['format'],
    details: Details = {},
  ): Metric<LoadRun> => ({ name, value, format, group, compared: true, key: false, ...details });
}
