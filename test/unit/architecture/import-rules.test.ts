import { describe, expect, it } from 'vitest';
import {
  deepImports,
  fileCycles,
  folderCycles,
  forbiddenEdges,
  parseDependencyTable,
  type SourceTree,
} from './import-rules.ts';
import { readSourceFacts } from './source-facts.ts';

const TABLE = parseDependencyTable(`
| folder | purpose | may import |
|---|---|---|
| \`core\` | types, ports | – |
| \`engine\` | the model | core |
| \`cli\` | commands | all |

| other | table |
`);

function treeOf(files: Record<string, string>): SourceTree {
  return new Map(Object.entries(files).map(([path, text]) => [path, readSourceFacts(path, text)]));
}

describe('parseDependencyTable', () => {
  it('reads lists, a dash as nothing and all as every folder', () => {
    expect(Object.fromEntries(TABLE)).toEqual({
      core: new Set(),
      engine: new Set(['core']),
      cli: new Set(['core', 'engine', 'cli']),
    });
  });

  it('refuses a text without the table', () => {
    expect(() => parseDependencyTable('# nothing')).toThrow('folder, purpose, may import');
  });
});

describe('the import rules', () => {
  it.each([
    ['an import', "import { run } from '../engine/index.ts';"],
    ['a type import', "import type { Run } from '../engine/index.ts';"],
    ['a re-export', "export { run } from '../engine/index.ts';"],
    ['a dynamic import', "const run = await import('../engine/index.ts');"],
    ['an import type', "export type Run = import('../engine/index.ts').Run;"],
    ['a module URL', "new Worker(new URL('../engine/index.ts', import.meta.url));"],
    ['the URL of a compiled module', "fork(new URL('../engine/index.js', import.meta.url));"],
  ])('find %s against the table', (_, text) => {
    const tree = treeOf({ 'core/a.ts': text, 'engine/index.ts': '' });
    expect(forbiddenEdges(tree, TABLE)).toEqual(['core/a.ts imports engine/index.ts']);
  });

  it('find a folder that the table does not list', () => {
    expect(forbiddenEdges(treeOf({ 'shed/a.ts': '' }), TABLE)).toEqual(['shed is not in the table']);
  });

  it('find an import past the index, from nested folders too', () => {
    const tree = treeOf({ 'cli/commands/a.ts': "import '../../engine/hf/b.ts';", 'engine/hf/b.ts': '' });
    expect(deepImports(tree)).toEqual(['cli/commands/a.ts imports engine/hf/b.ts']);
  });

  it('find an import from outside src', () => {
    const tree = treeOf({ 'cli/a.ts': "import '../../test/support/x.ts';" });
    expect(deepImports(tree)).toEqual(['cli/a.ts imports ../test/support/x.ts']);
  });

  it('let files of one folder import one another', () => {
    const tree = treeOf({
      'engine/a.ts': "import './hf/b.ts';",
      'engine/hf/b.ts': "import '../c.ts';",
      'engine/c.ts': '',
    });
    expect([...forbiddenEdges(tree, TABLE), ...deepImports(tree), ...fileCycles(tree)]).toEqual([]);
  });

  it('find a cycle of files, type imports included', () => {
    const tree = treeOf({
      'core/a.ts': "import './b.ts';",
      'core/b.ts': "import './c.ts';",
      'core/c.ts': "import type { A } from './a.ts';",
    });
    expect(fileCycles(tree)).toEqual(['core/a.ts → core/b.ts → core/c.ts → core/a.ts']);
  });

  it('find a cycle of folders where no file is in one', () => {
    const tree = treeOf({
      'core/a.ts': "import '../engine/index.ts';",
      'engine/index.ts': '',
      'engine/b.ts': "import '../core/index.ts';",
      'core/index.ts': '',
    });
    expect(fileCycles(tree)).toEqual([]);
    expect(folderCycles(tree)).toEqual(['core → engine → core']);
  });
});

describe('readSourceFacts', () => {
  const facts = (text: string) => readSourceFacts('a.ts', text);

  it.each(["export * from './b.ts';"])('sees %s', (text) => {
    expect(facts(text).exportsAll).toBe(true);
  });

  it('allows a namespace under a name', () => {
    expect(facts("export * as b from './b.ts';").exportsAll).toBe(false);
  });

  it.each([
    'process.env.X',
    "process['env'].X",
    'const { env } = process;',
    "import { env } from 'node:process';",
  ])('sees that %s reads the environment', (text) => {
    expect(facts(text).readsEnvironment).toBe(true);
  });

  it('does not take other objects for the environment', () => {
    expect(facts('const x = options.env.PATH; // process.env').readsEnvironment).toBe(false);
  });

  it.each(['Date.now()', 'performance.now()', 'new Date()', 'setTimeout(f, 1)'])(
    'sees that %s is time',
    (text) => {
      expect(facts(text).readsTime).toBe(true);
    },
  );

  it('does not take a port for time', () => {
    expect(facts('const now = clock.now(); const made = new Date(seconds);').readsTime).toBe(false);
  });

  it.each([
    "new URL('../', import.meta.url)",
    "new URL('../../package.json', import.meta.url)",
    "new URL('http://a/b.js')",
  ])('does not take %s for an import', (text) => {
    expect(facts(text).imports).toEqual([]);
  });

  it('counts lines without the last line break', () => {
    expect(facts('a;\nb;\n').lines).toBe(2);
  });

  it('refuses what it cannot parse', () => {
    expect(() => facts('import {')).toThrow('a.ts');
  });
});
