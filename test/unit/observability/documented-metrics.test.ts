import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createPrometheusMetrics } from '../../../src/observability/index.ts';

const PAGES = ['metrics.md', 'keys.md'];

it('documents every metric, and no other', async () => {
  const text = await createPrometheusMetrics().render();
  const exposed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
  const pages = PAGES.map((page) =>
    readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8'),
  ).join('\n');
  const rows = pages.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split('|')[1] ?? '').join('\n');
  const told = [...cells.matchAll(/`((?:vllm:|quept_|process_|nodejs_)\w+)/g)].map(([, name]) => name ?? '');
  expect(exposed.filter((name) => !told.includes(name))).toEqual([]);
  // Elsewhere a process has no descriptors to count.
  if (process.platform === 'linux') expect(told.filter((name) => !exposed.includes(name))).toEqual([]);
});
