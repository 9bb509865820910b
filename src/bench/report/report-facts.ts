import type { BenchResult, LoadRun, OpenResult } from '../load/result-schema.ts';
import { asBits, asMs, asPercent, asRate, NOTHING } from './metric.ts';
import { type ResultSet, rateName } from './result-groups.ts';

export interface Finding {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
}

/** Share of requests that must meet their targets at a rate that counts as sustained. */
const SUSTAINED = 0.9;

/** The numbers to look at first; of several results there are none, since their table comes first. */
export function reportFindings(set: ResultSet): Finding[] {
  const [result] = set.results;
  if (set.kind !== 'open' || set.results.length > 1 || result === undefined) return [];
  const open = result as OpenResult;
  const sustained = open.runs.findLast(({ attainment }) => attainment >= SUSTAINED);
  const run = sustained ?? open.runs[0];
  if (run === undefined) return [];
  return [
    ...(open.runs.length > 1 ? [sweepFinding(sustained)] : []),
    {
      name: 'goodput',
      value: `${asRate(run.goodput)} /s`,
      detail: `${asPercent(run.attainment)} of ${run.scheduled} requests met all targets`,
    },
    ...(run.precision === null
      ? []
      : [
          {
            name: 'quality-weighted',
            value: `${asRate(run.qualityWeightedGoodput)} /s`,
            detail: `at ${run.averageBits === null ? NOTHING : asBits(run.averageBits)} bits on average`,
          },
        ]),
    timeFinding('first token, P95', run.ttftMs, open.targets.all.ttftMs),
    timeFinding('time per token, P95', run.tpotMs, open.targets.all.tpotMs),
    {
      name: 'output',
      value: `${asRate(run.outputTokensPerSecond)} /s`,
      detail: `tokens, counted by ${run.tokens.countedBy === 'both' ? 'usage and chunks' : run.tokens.countedBy}`,
    },
    {
      name: 'sent late, P99',
      value: `${asMs(run.lagMs?.p99 ?? 0)} ms`,
      detail: 'by the generator itself; counts as latency',
    },
  ];
}

function sweepFinding(sustained: LoadRun | undefined): Finding {
  return {
    name: 'highest rate sustained',
    value: sustained === undefined ? 'none' : `${asRate(sustained.scheduledRate)} /s`,
    detail: 'of those tried, where 90 % met all targets; the other figures are of it',
  };
}

function timeFinding(
  name: string,
  measured: { readonly p50: number; readonly p95: number } | null,
  target: number | null,
): Finding {
  const median = measured === null ? '' : `median ${asMs(measured.p50)} ms`;
  return {
    name,
    value: measured === null ? NOTHING : `${asMs(measured.p95)} ms`,
    detail: [median, ...(target === null ? [] : [`target ${target} ms`])]
      .filter((text) => text !== '')
      .join(', '),
  };
}

/** What was measured, on what, and how: a row each, a column for each result. */
export function reportFacts(results: readonly BenchResult[]): string[][] {
  const row = (name: string, tell: (result: BenchResult) => string): string[] => [name, ...results.map(tell)];
  const options = [...new Set(results.flatMap(({ settings }) => Object.keys(settings)))].filter(
    (name) => !['url', 'model', 'label'].includes(name),
  );
  return [
    row('server', ({ target }) => target.url),
    row('model', ({ target }) => target.model),
    row('context', ({ target }) =>
      target.contextLength === null ? 'not told' : `${target.contextLength} tokens`,
    ),
    row('began', ({ createdAt }) => createdAt),
    row(
      'load generator on',
      ({ machine }) =>
        `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
    ),
    ...(results.some(({ kind }) => kind === 'open') ? [['what went wrong', ...reportFaults(results)]] : []),
    ...options.map((name) => row(`--${name}`, ({ settings }) => String(settings[name] ?? NOTHING))),
  ];
}

/** What kept requests from their end, a text for each result. */
export function reportFaults(results: readonly BenchResult[]): string[] {
  return results.map((result) => {
    if (result.kind !== 'open') return NOTHING;
    if (!hasFaults(result)) return 'nothing';
    const lines = result.runs.flatMap(({ rate, faults }) => {
      const told = Object.entries(faults).map(([fault, count]) => `${count} × ${fault}`);
      return told.length === 0 ? [] : [`${rateName(rate)}: ${told.join(', ')}`];
    });
    return lines.join('; ');
  });
}

export function hasFaults(result: BenchResult): boolean {
  return result.kind === 'open' && result.runs.some(({ faults }) => Object.keys(faults).length > 0);
}
