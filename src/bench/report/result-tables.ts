import type { EndpointRun, LoadRun } from '../load/result-schema.ts';
import { endpointMetrics } from './endpoint-metrics.ts';
import { loadMetrics } from './load-metrics.ts';
import { cell, groupedRows, type Metric, type MetricTable, ratioCell } from './metric.ts';
import { endpointGroups, loadGroups, type ResultSet, type RunGroup, rateName } from './result-groups.ts';

/** The numbers of one result, or of several side by side with their ratios to the first. */
export function resultTables(set: ResultSet): MetricTable[] {
  const [only] = set.results;
  const isAlone = set.results.length === 1 && only !== undefined;
  if (set.kind === 'open') {
    if (isAlone) return [loadTable(set.results[0]?.runs ?? [])];
    return loadGroups(set.results).map(({ title, runs }) =>
      sideBySide({ title: `All figures: ${title}`, runs }, set.labels, loadMetrics(present(runs))),
    );
  }
  if (isAlone) return [endpointTable(set.results[0]?.runs ?? [])];
  return endpointGroups(set.results).map((group) =>
    sideBySide(group, set.labels, endpointMetrics(present(group.runs))),
  );
}

/** Of several results the numbers to look at first; none of one, or of endpoints, whose tables are short. */
export function keyTables(set: ResultSet): MetricTable[] {
  if (set.kind !== 'open' || set.results.length === 1) return [];
  return loadGroups(set.results).map((group) => {
    const metrics = loadMetrics(present(group.runs)).filter(({ key }) => key);
    return sideBySide(
      group,
      set.labels,
      metrics.map((metric) => ({ ...metric, group: '' })),
    );
  });
}

/** Quantities down, rates across. */
function loadTable(runs: readonly LoadRun[]): MetricTable {
  return {
    title: 'All figures',
    columns: ['', ...runs.map(({ rate }) => rateName(rate))],
    groups: groupedRows(loadMetrics(runs), (metric) => [
      metric.name,
      ...runs.map((run) => cell(metric, run)),
    ]),
  };
}

/** Endpoints down, quantities across. */
function endpointTable(runs: readonly EndpointRun[]): MetricTable {
  const metrics = endpointMetrics(runs);
  const rows = runs.map((run) => [run.endpoint, ...metrics.map((metric) => cell(metric, run))]);
  return {
    title: 'All figures',
    columns: ['endpoint', ...metrics.map(({ name }) => name)],
    groups: [{ name: '', rows }],
  };
}

/** Quantities down; across a column for each result, and behind each but the first its ratio to that. */
function sideBySide<Run>(
  { title, runs }: RunGroup<Run>,
  labels: readonly string[],
  metrics: readonly Metric<Run>[],
): MetricTable {
  const [first = null] = runs;
  const ratioName = `by ${labels[0]}`;
  return {
    title,
    columns: ['', ...labels.flatMap((label, i) => (i === 0 ? [label] : [label, ratioName]))],
    groups: groupedRows(metrics, (metric) => [
      metric.name,
      ...runs.flatMap((run, i) =>
        i === 0 ? [cell(metric, run)] : [cell(metric, run), ratioCell(metric, run, first)],
      ),
    ]),
  };
}

function present<Run>(runs: readonly (Run | null)[]): Run[] {
  return runs.filter((run) => run !== null);
}
