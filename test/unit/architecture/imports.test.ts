import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  deepImports,
  fileCycles,
  filesWhere,
  folderCycles,
  forbiddenEdges,
  parseDependencyTable,
  type SourceTree,
} from './import-rules.ts';
import { readSourceFacts } from './source-facts.ts';

const ROOT = join(import.meta.dirname, '../../..');
const tree = readTree(join(ROOT, 'src'));
const table = parseDependencyTable(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));

function readTree(folder: string): SourceTree {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [
        path.replaceAll('\\', '/'),
        readSourceFacts(path, readFileSync(join(folder, path), 'utf8')),
      ]),
  );
}

describe('the source tree', () => {
  it('is what these rules look at', () => {
    expect(tree.has('core/index.ts')).toBe(true);
    expect(table.get('core')).toEqual(new Set());
  });

  it('[A1] imports across folders only along the table in ARCHITECTURE.md', () => {
    expect(forbiddenEdges(tree, table)).toEqual([]);
  });

  it('[A2] enters a folder only through its index.ts', () => {
    expect(deepImports(tree)).toEqual([]);
  });

  it('[A2] names every export', () => {
    expect(filesWhere(tree, ({ exportsAll }) => exportsAll)).toEqual([]);
  });

  it('[A3] has no cycle between files', () => {
    expect(fileCycles(tree)).toEqual([]);
  });

  it('[A3] has no cycle between folders', () => {
    expect(folderCycles(tree)).toEqual([]);
  });

  it('[A4] reads the environment in src/config alone', () => {
    expect(filesWhere(tree, ({ readsEnvironment }) => readsEnvironment, ['config'])).toEqual([]);
  });

  it('[A5] has no file of more than 400 lines', () => {
    expect(filesWhere(tree, ({ lines }) => lines > 400)).toEqual([]);
  });

  it('[A6] keeps core and numerics free of packages and I/O', () => {
    const outside = filesWhere(
      tree,
      ({ imports }, path) => /^(core|numerics)\//.test(path) && imports.some((name) => !name.startsWith('.')),
    );
    expect(outside).toEqual([]);
  });

  it('[A7] keeps time and threads out of the scheduler', () => {
    const bound = filesWhere(
      tree,
      ({ imports, readsTime }, path) =>
        path.startsWith('scheduler/') && (readsTime || imports.some((name) => !name.startsWith('.'))),
    );
    expect(bound).toEqual([]);
  });
});
