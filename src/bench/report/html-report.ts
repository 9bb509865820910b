import { DARK_THEME, darkStyle, escapeXml, renderLineChart, THEME } from '../../plot/index.ts';
import type { BenchResult } from '../load/result-schema.ts';
import type { ChartSection } from './chart-section.ts';
import { differences } from './differences.ts';
import { endpointCharts } from './endpoint-charts.ts';
import { lateNotices } from './late-notices.ts';
import { loadCharts } from './load-charts.ts';
import type { MetricTable } from './metric.ts';
import { reportFacts, reportFindings } from './report-facts.ts';
import { darkReportStyle, reportStyle } from './report-style.ts';
import { type ResultSet, resultSet } from './result-groups.ts';
import { keyTables, resultTables } from './result-tables.ts';

/** Stands in every report, by which one is known again. */
export const REPORT_MARK = '<meta name="generator" content="quept bench"/>';

/**
 * A page about one result, or several side by side: well-formed XML, without scripts, and without anything that would be
 * fetched.
 *
 * Throws QueptError as `resultSet` does.
 */
export function htmlReport(results: readonly BenchResult[]): string {
  const set = resultSet(results);
  const title = `${kindName(set)}: ${set.labels.join(' · ')}`;
  const sections =
    set.kind === 'open' ? loadCharts(set.results, set.labels) : endpointCharts(set.results, set.labels);
  const unlike = results.length > 1 ? differences(results) : [];
  return `<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
${REPORT_MARK}
<title>${escapeXml(title)}</title>
<style>
${styleSheet()}
</style>
</head>
<body>
<header>
<p class="kind">${escapeXml(kindName(set))}</p>
<h1>${escapeXml(set.labels.join(' · '))}</h1>
${notices(results, unlike)}
</header>
<main>
${findings(set)}
${keyFigures(set)}
${sections.map(chartSection).join('\n')}
${tables(resultTables(set))}
${facts(set)}
</main>
<footer><p>Made by <code>quept bench</code>, version ${escapeXml(results[0]?.toolVersion ?? '')}.</p></footer>
</body>
</html>
`;
}

function styleSheet(): string {
  return `${reportStyle(THEME)}
@media (prefers-color-scheme: dark) {
${darkReportStyle(DARK_THEME)}
${darkStyle('.chart')}
}`;
}

function kindName({ kind, results }: ResultSet): string {
  if (kind === 'open') return 'Open-loop load test';
  return results.every((result) => result.kind === 'rate')
    ? 'Load test at a constant rate'
    : 'Closed-loop load test';
}

function notices(results: readonly BenchResult[], unlike: readonly string[]): string {
  const interrupted = results.length === 1 && results[0]?.interrupted === true;
  const lines = [
    ...(interrupted ? ['This test was interrupted: what is here was measured until then.'] : []),
    ...(unlike.length > 0 ? [`Not measured alike: ${unlike.join('; ')}.`] : []),
    ...lateNotices(results),
  ];
  return lines.map((line) => `<p class="notice">${escapeXml(line)}</p>`).join('\n');
}

function findings(set: ResultSet): string {
  const shown = reportFindings(set);
  if (shown.length === 0) return '';
  const cards = shown.map(
    ({ name, value, detail }) =>
      `<div class="card"><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}<small>${escapeXml(detail)}</small></dd></div>`,
  );
  return `<dl class="findings">${cards.join('\n')}</dl>`;
}

function keyFigures(set: ResultSet): string {
  const list = keyTables(set);
  return list.length === 0 ? '' : `<div class="tables">${tables(list)}</div>`;
}

function chartSection({ title, note, charts }: ChartSection): string {
  const figures = charts.map((chart) => `<figure class="chart">\n${renderLineChart(chart)}</figure>`);
  return `<section><h2>${escapeXml(title)}</h2>
<p class="note">${escapeXml(note)}</p>
<div class="charts">${figures.join('\n')}</div></section>`;
}

function tables(list: readonly MetricTable[]): string {
  return list.map(tableSection).join('\n');
}

function tableSection({ title, columns, groups }: MetricTable): string {
  const drawn = groups.map(({ name, rows }) => {
    const heads = columns.map((column, i) => (i === 0 && name !== '' ? name : column));
    return `<div class="scroll">${table(heads, rows)}</div>`;
  });
  const content = drawn.join('\n');
  return `<section><h2>${escapeXml(title)}</h2>
${drawn.length > 1 ? `<div class="tables">${content}</div>` : content}</section>`;
}

function table(columns: readonly string[], rows: MetricTable['groups'][number]['rows'], kind = ''): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((text, i) => (i === 0 ? `<th scope="row">${escapeXml(text)}</th>` : `<td>${escapeXml(text)}</td>`))
      .join('');
  const head = columns.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  return `<table${kind === '' ? '' : ` class="${kind}"`}><thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table>`;
}

function facts({ labels, results }: ResultSet): string {
  return `<section><h2>How it was measured</h2>
<div class="scroll">${table(['', ...labels], reportFacts(results), 'facts')}</div></section>`;
}
