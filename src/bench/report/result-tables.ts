import type { EndpointRun, LoadRun } from '../load/result-schema.ts';
import { endpointMetrics } from './endpoint-metrics.ts';
import { loadMetrics } from './load-metrics.ts';
import { cell, type Metric, type MetricTable, ratioCell } from './metric.ts';
import { endpointGroups, loadGroups, type ResultSet, type RunGroup, rateName } from './result-groups.ts';

/** The numbers of one result, or of several side by side with their ratios to the first. */
export function resultTables(set: ResultSet): MetricTable[] {
  if (set.kind === 'open') {
    const groups = loadGroups(set.results);
    const [only] = set.results;
    return set.results.length === 1 && only !== undefined
      ? [loadTable(only.runs)]
      : groups.map((group) => sideBySide(group, set.labels, loadMetrics(present(group.runs))));
  }
  const [only] = set.results;
  return set.results.length === 1 && only !== undefined
    ? [endpointTable(only.runs)]
    : endpointGroups(set.results).map((group) =>
        sideBySide(group, set.labels, endpointMetrics(present(group.runs))),
      );
}

/** Quantities down, rates across. */
function loadTable(runs: readonly LoadRun[]): MetricTable {
  return {
    title: 'Result',
    columns: ['', ...runs.map(({ rate }) => rateName(rate))],
    rows: loadMetrics(runs).map((metric) => [metric.name, ...runs.map((run) => cell(metric, run))]),
  };
}

/** Endpoints down, quantities across. */
function endpointTable(runs: readonly EndpointRun[]): MetricTable {
  const metrics = endpointMetrics(runs);
  return {
    title: 'Result',
    columns: ['endpoint', ...metrics.map(({ name }) => name)],
    rows: runs.map((run) => [run.endpoint, ...metrics.map((metric) => cell(metric, run))]),
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
    rows: metrics.map((metric) => [
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
