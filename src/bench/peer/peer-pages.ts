import { type LineChart, renderFigure } from '../../plot/index.ts';
import type { BenchResult } from '../load/result-schema.ts';
import { htmlReport } from '../report/html-report.ts';
import { CONTENDERS } from './peer-contenders.ts';
import type { PeerLoad } from './peer-load.ts';
import { peerMetrics } from './peer-metrics.ts';
import { type SummaryRow, summarizePeers } from './peer-summary.ts';
import type { PeerTurn } from './peer-turn.ts';

/** Name and content of each page and chart. */
export function peerPages(load: PeerLoad, turns: readonly PeerTurn[]): ReadonlyMap<string, string> {
  const rows = summarizePeers(peerMetrics(load), turns);
  return new Map([
    ['open.html', htmlReport(middleResults(turns, openAt))],
    ['closed.html', htmlReport(middleResults(turns, closedAt))],
    ['summary.svg', renderFigure({ title: 'Medians over rounds', panels: panels(load, rows) })],
  ]);
}

/**
 * For each contender a result whose runs are each the middle one over rounds (the lower of two), so that a page shows
 * runs that took place.
 */
function middleResults(
  turns: readonly PeerTurn[],
  of: (turns: readonly PeerTurn[]) => BenchResult,
): BenchResult[] {
  return CONTENDERS.map((contender) => turns.filter((turn) => turn.contender === contender))
    .filter((own) => own.length > 0)
    .map(of);
}

function openAt(turns: readonly PeerTurn[]): BenchResult {
  const [first] = turns as [PeerTurn];
  const runs = first.open.runs.flatMap((_, i) =>
    middle(
      turns.flatMap(({ open }) => open.runs[i] ?? []),
      ({ goodput }) => goodput,
    ),
  );
  return { ...first.open, runs };
}

function closedAt(turns: readonly PeerTurn[]): BenchResult {
  const [first] = turns as [PeerTurn];
  const runs = first.closed.flatMap((_, i) =>
    middle(
      turns.flatMap(({ closed }) => closed[i]?.runs[0] ?? []),
      ({ latencyMs }) => latencyMs?.mean ?? Number.POSITIVE_INFINITY,
    ).map((run) => ({ ...run, endpoint: `${run.endpoint}, ${run.connections} at once` })),
  );
  const [result] = first.closed;
  if (result === undefined) throw new RangeError('a turn without a closed loop');
  return { ...result, runs };
}

/** None of none. */
function middle<T>(items: readonly T[], value: (item: T) => number): T[] {
  const sorted = [...items].sort((a, b) => value(a) - value(b));
  const at = Math.floor((sorted.length - 1) / 2);
  return sorted.slice(at, at + 1);
}

function panels({ concurrency, rates }: PeerLoad, rows: readonly SummaryRow[]): LineChart[] {
  const panel = (
    [title, x, y]: readonly [string, string, string],
    at: readonly number[],
    id: (at: number) => string,
  ): LineChart => ({
    title,
    x: { label: x, scale: 'linear' },
    y: { label: y, scale: 'linear' },
    series: CONTENDERS.map((contender) => ({
      name: contender,
      kind: 'line' as const,
      neutral: false,
      dashed: contender.startsWith('peer'),
      points: at.flatMap((value) => {
        const y = rows.find(({ metric }) => metric.id === id(value))?.medians.get(contender) ?? null;
        return y === null ? [] : [{ x: value, y }];
      }),
    })),
  });
  return [
    panel(['Throughput', 'requests at once', 'output tokens/s'], concurrency, (n) => `closed-${n}-tokens`),
    panel(['Goodput', 'requests/s', 'met both targets, requests/s'], rates, (r) => `open-${r}-goodput`),
    panel(['First token', 'requests/s', 'TTFT, P50, ms'], rates, (r) => `open-${r}-ttft-p50`),
  ];
}
