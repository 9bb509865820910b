import type { OpenResult } from '../load/result-schema.ts';
import type { ChartSection, NamedRun } from './chart-section.ts';
import { goodputChart } from './goodput-chart.ts';
import { latencySection } from './latency-charts.ts';
import { precisionChart } from './precision-chart.ts';
import { busiestGroup, loadGroups, rateName } from './result-groups.ts';
import { sweepSection } from './sweep-charts.ts';
import { timelineCharts } from './timeline-charts.ts';

const NO_TARGETS = { ttftMs: null, tpotMs: null };

/** Goodput over rate where there are several, then what happened at the highest rate that all results have. */
export function loadCharts(results: readonly OpenResult[], labels: readonly string[]): ChartSection[] {
  const sweep = results.some(({ runs }) => runs.length > 1);
  const shown = shownRuns(results, labels);
  const where = sweep && results.length > 1 ? `, at ${busiestGroup(loadGroups(results))?.title}` : '';
  const precision = precisionChart(shown);
  return [
    ...(sweep ? [sweepSection(results, labels)] : []),
    {
      title: `${precision === null ? 'Goodput' : 'Goodput and precision'}${where}`,
      note:
        'Rates are of all requests that were due behind the warm-up; what was refused, failed or came late has missed. ' +
        'Tokens by precision are as the server tells at the end of each answer.',
      // Of one result at several rates, goodput is there already.
      charts: [
        ...(sweep && results.length === 1 ? [] : [goodputChart(shown)]),
        ...(precision === null ? [] : [precision]),
      ],
    },
    latencySection(shown, results[0]?.targets.all ?? NO_TARGETS, where),
    {
      title: `Course of the run${where}`,
      note: 'In windows of equal length, the warm-up included.',
      charts: timelineCharts(shown),
    },
  ].filter(({ charts }) => charts.length > 0);
}

/** One run of each result; of a single result all its rates. */
function shownRuns(results: readonly OpenResult[], labels: readonly string[]): NamedRun[] {
  const [only] = results;
  if (results.length === 1 && only !== undefined && only.runs.length > 1) {
    return only.runs.map((run) => ({ name: rateName(run.rate), run }));
  }
  const group = busiestGroup(loadGroups(results));
  return (group?.runs ?? []).flatMap((run, i) => (run === null ? [] : [{ name: labels[i] ?? '', run }]));
}
