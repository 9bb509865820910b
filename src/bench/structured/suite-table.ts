import type { SuiteFile } from './suite-check.ts';

const BEGIN = '<!-- suite -->';
const END = '<!-- /suite -->';

/** The accepted share of the suite by its files, which are named after keywords, as a table of Markdown. */
export function suiteTable(files: readonly SuiteFile[]): string {
  const rows = files.map(({ name, schemas, accepted, instances }) => {
    const share = `${Math.round((100 * accepted) / schemas)} %`;
    return `| \`${name}\` | ${accepted} of ${schemas} | ${share} | ${instances} |`;
  });
  const sum = (key: 'schemas' | 'accepted' | 'instances'): number =>
    files.reduce((total, file) => total + file[key], 0);
  const share = `${Math.round((100 * sum('accepted')) / sum('schemas'))} %`;
  return [
    '| file of the suite | schemas accepted | share | instances tried |',
    '|---|---|---|---|',
    ...rows,
    `| all | ${sum('accepted')} of ${sum('schemas')} | ${share} | ${sum('instances')} |`,
  ].join('\n');
}

/** `page` with the table between its marks. Throws Error for a page without them. */
export function withSuiteTable(page: string, table: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`The page has no '${BEGIN}' … '${END}' for the table.`);
  return `${page.slice(0, from + BEGIN.length)}\n${table}\n${page.slice(to)}`;
}
