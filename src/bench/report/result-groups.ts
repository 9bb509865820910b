import { QueptError } from '../../core/index.ts';
import type { BenchResult, EndpointResult, EndpointRun, LoadRun, OpenResult } from '../load/result-schema.ts';

/** Runs that belong side by side, one of each result; null where a result has none of the kind. */
export interface RunGroup<Run> {
  readonly title: string;
  readonly runs: readonly (Run | null)[];
}

/** Results of one kind, each with a name of its own. */
export type ResultSet =
  | { readonly kind: 'open'; readonly labels: readonly string[]; readonly results: readonly OpenResult[] }
  | {
      readonly kind: 'endpoints';
      readonly labels: readonly string[];
      readonly results: readonly EndpointResult[];
    };

/** Throws QueptError `invalid_usage` for results that have nothing in common, or for none. */
export function resultSet(results: readonly BenchResult[]): ResultSet {
  const labels = distinctLabels(results.map(({ label }) => label));
  const open = results.filter((result) => result.kind === 'open');
  const endpoints = results.filter((result) => result.kind !== 'open');
  if (open.length > 0 && endpoints.length > 0) {
    throw new QueptError(
      'invalid_usage',
      "Results of 'bench open' and of 'bench closed' or 'rate' measure other things. Compare those of one kind.",
    );
  }
  return endpoints.length > 0
    ? { kind: 'endpoints', labels, results: endpoints }
    : { kind: 'open', labels, results: open };
}

function distinctLabels(labels: readonly string[]): string[] {
  return labels.map((label, i) => {
    const before = labels.slice(0, i).filter((one) => one === label).length;
    return before === 0 ? label : `${label} (${before + 1})`;
  });
}

/** By rate; results of one run each belong together whatever their rates. */
export function loadGroups(results: readonly OpenResult[]): RunGroup<LoadRun>[] {
  if (results.every(({ runs }) => runs.length <= 1)) {
    const runs = results.map((result) => result.runs[0] ?? null);
    return runs.some((run) => run !== null) ? [{ title: titleOf(runs), runs }] : [];
  }
  const rates = [...new Set(results.flatMap(({ runs }) => runs.map(({ rate }) => rate)))];
  return rates
    .toSorted((a, b) => (a ?? 0) - (b ?? 0))
    .map((rate) => ({
      title: rateName(rate),
      runs: results.map((result) => result.runs.find((run) => run.rate === rate) ?? null),
    }));
}

/** By endpoint. */
export function endpointGroups(results: readonly EndpointResult[]): RunGroup<EndpointRun>[] {
  const names = [...new Set(results.flatMap(({ runs }) => runs.map(({ endpoint }) => endpoint)))];
  return names.map((name) => ({
    title: name,
    runs: results.map((result) => result.runs.find(({ endpoint }) => endpoint === name) ?? null),
  }));
}

/** The group with the highest rate that all results have, or the last. */
export function busiestGroup(groups: readonly RunGroup<LoadRun>[]): RunGroup<LoadRun> | null {
  return groups.findLast(({ runs }) => runs.every((run) => run !== null)) ?? groups.at(-1) ?? null;
}

function titleOf(runs: readonly (LoadRun | null)[]): string {
  const rates = [...new Set(runs.flatMap((run) => (run === null ? [] : [run.rate])))];
  return rates.map(rateName).join(' and ');
}

export function rateName(rate: number | null): string {
  return rate === null ? 'the whole trace' : `${Number(rate.toPrecision(4))} requests/s`;
}
