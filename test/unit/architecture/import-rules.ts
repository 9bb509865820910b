import { posix } from 'node:path';
import type { SourceFacts } from './source-facts.ts';

/** Folder of src → folders it may import. */
export type DependencyTable = ReadonlyMap<string, ReadonlySet<string>>;

/** Sources by path from `src/`, e.g. `engine/hf/checkpoint.ts`. */
export type SourceTree = ReadonlyMap<string, SourceFacts>;

interface ImportEdge {
  readonly from: string;
  readonly to: string;
}

/** Reads the table whose heading row is `| folder | purpose | may import |`; `all` stands for every folder. */
export function parseDependencyTable(markdown: string): DependencyTable {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) =>
    /^\|\s*folder\s*\|\s*purpose\s*\|\s*may import\s*\|$/.test(line.trim()),
  );
  if (start < 0) throw new Error('no table with the columns folder, purpose, may import');
  const rows = new Map<string, string>();
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const cells = line.split('|').map((cell) => cell.trim());
    rows.set((cells[1] ?? '').replaceAll('`', ''), cells[3] ?? '');
  }
  const folders = [...rows.keys()];
  return new Map(
    [...rows].map(([folder, list]) => {
      const named = list === 'all' ? folders : list.split(',').map((name) => name.trim());
      return [folder, new Set(named.filter((name) => folders.includes(name)))];
    }),
  );
}

/** Relative imports as edges between files of the tree. */
function edges(tree: SourceTree): ImportEdge[] {
  return [...tree].flatMap(([from, { imports }]) =>
    imports
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ from, to: posix.normalize(posix.join(posix.dirname(from), specifier)) })),
  );
}

function folderOf(path: string): string {
  return path.split('/')[0] as string;
}

/** Imports between folders that the table does not allow, and folders that it does not list. */
export function forbiddenEdges(tree: SourceTree, table: DependencyTable): string[] {
  const unknown = new Set([...tree.keys()].map(folderOf).filter((folder) => !table.has(folder)));
  const forbidden = edges(tree).filter(({ from, to }) => {
    const [source, target] = [folderOf(from), folderOf(to)];
    return !to.startsWith('../') && source !== target && !table.get(source)?.has(target);
  });
  return [
    ...[...unknown].map((folder) => `${folder} is not in the table`),
    ...forbidden.map(({ from, to }) => `${from} imports ${to}`),
  ];
}

/** Imports that enter another folder by another door than its index.ts, or leave src. */
export function deepImports(tree: SourceTree): string[] {
  return edges(tree)
    .filter(({ from, to }) => folderOf(from) !== folderOf(to) && to !== `${folderOf(to)}/index.ts`)
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** One cycle per group of files that import one another, as `a → b → a`. */
export function fileCycles(tree: SourceTree): string[] {
  const graph = new Map([...tree.keys()].map((path) => [path, [] as string[]]));
  for (const { from, to } of edges(tree)) if (graph.has(to)) graph.get(from)?.push(to);
  return findCycles(graph);
}

export function folderCycles(tree: SourceTree): string[] {
  const graph = new Map([...tree.keys()].map((path) => [folderOf(path), [] as string[]]));
  for (const { from, to } of edges(tree)) {
    if (graph.has(folderOf(to)) && folderOf(from) !== folderOf(to))
      graph.get(folderOf(from))?.push(folderOf(to));
  }
  return findCycles(graph);
}

/** Depth-first search; a node met while it is still open closes a cycle. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const open: string[] = [];
  const done = new Set<string>();
  const visit = (node: string): void => {
    if (done.has(node)) return;
    const at = open.indexOf(node);
    if (at >= 0) {
      cycles.push([...open.slice(at), node].join(' → '));
      return;
    }
    open.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    open.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return cycles;
}

/** Paths of files for which `rule` holds, outside of the folders in `except`. */
export function filesWhere(
  tree: SourceTree,
  rule: (facts: SourceFacts, path: string) => boolean,
  except: readonly string[] = [],
): string[] {
  return [...tree]
    .filter(([path, facts]) => !except.includes(folderOf(path)) && rule(facts, path))
    .map(([path]) => path);
}
