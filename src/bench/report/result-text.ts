import type { BenchResult } from '../load/result-schema.ts';
import { differences } from './differences.ts';
import { lateNotices } from './late-notices.ts';
import type { MetricTable } from './metric.ts';
import { hasFaults, reportFaults, reportFindings } from './report-facts.ts';
import { resultSet } from './result-groups.ts';
import { resultTables } from './result-tables.ts';

/** What a terminal is told: lines before the tables, and the tables. */
export interface ResultText {
  readonly heading: readonly string[];
  readonly tables: readonly MetricTable[];
  readonly closing: readonly string[];
}

/** Throws QueptError as `resultSet` does. */
export function resultText(results: readonly BenchResult[]): ResultText {
  const set = resultSet(results);
  const unlike = results.length > 1 ? differences(results) : [];
  const faults = reportFaults(results).map((fault, i) =>
    results.length === 1 ? `  ${fault}` : `  ${set.labels[i]}: ${fault}`,
  );
  const [highest] = results.some((result) => result.kind === 'open' && result.runs.length > 1)
    ? reportFindings(set)
    : [];
  return {
    heading: results.map(
      ({ target, interrupted }, i) =>
        `${set.labels[i]}: ${target.model} at ${target.url}${interrupted ? ', interrupted' : ''}`,
    ),
    tables: resultTables(set),
    closing: [
      ...(highest === undefined ? [] : [`${highest.name}: ${highest.value}`]),
      ...(results.some(hasFaults) ? ['What went wrong:', ...faults] : []),
      ...(unlike.length > 0 ? [`Not measured alike: ${unlike.join('; ')}.`] : []),
      ...lateNotices(results),
    ],
  };
}
