import { parseSync, Visitor } from 'oxc-parser';

/** What the architecture rules look at in one source file. */
export interface SourceFacts {
  /** Module specifiers: static and dynamic imports, re-exports, import types, `new URL(x, import.meta.url)`. */
  readonly imports: readonly string[];
  readonly exportsAll: boolean;
  readonly readsEnvironment: boolean;
  /** `Date.now()`, `performance.now()`, `new Date()`, timers: time that a test cannot set. */
  readonly readsTime: boolean;
  readonly lines: number;
}

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** Parses TypeScript. Throws on a syntax error, naming `path`. */
export function readSourceFacts(path: string, text: string): SourceFacts {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const imports = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  let exportsAll = false;
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, importName, exportName } of entries) {
      if (moduleRequest) imports.push(moduleRequest.value);
      if (importName.kind === 'AllButDefault' || (importName.kind === 'All' && exportName.kind === 'None')) {
        exportsAll = true;
      }
    }
  }
  let readsEnvironment = module.staticImports.some(
    ({ moduleRequest, entries }) =>
      /^(node:)?process$/.test(moduleRequest.value) &&
      entries.some(({ importName }) => importName.name === 'env'),
  );
  let readsTime = false;
  const literal = (node: { type: string; value?: unknown }): void => {
    if (node.type === 'Literal' && typeof node.value === 'string') imports.push(node.value);
  };
  new Visitor({
    ImportExpression: ({ source }) => literal(source),
    TSImportType: ({ source }) => literal(source),
    NewExpression: ({ callee, arguments: [first] }) => {
      if (callee.type !== 'Identifier') return;
      if (callee.name === 'URL' && first !== undefined) imports.push(...moduleUrl(first));
      if (callee.name === 'Date' && first === undefined) readsTime = true;
    },
    CallExpression: ({ callee }) => {
      if (callee.type === 'Identifier' && TIMERS.has(callee.name)) readsTime = true;
    },
    MemberExpression: ({ object, property }) => {
      if (object.type !== 'Identifier') return;
      const name = property.type === 'Literal' ? property.value : 'name' in property ? property.name : null;
      if (object.name === 'process' && name === 'env') readsEnvironment = true;
      if ((object.name === 'Date' || object.name === 'performance') && name === 'now') readsTime = true;
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type !== 'ObjectPattern' || init?.type !== 'Identifier' || init.name !== 'process') return;
      readsEnvironment ||= id.properties.some(
        (property) =>
          property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'env',
      );
    },
  }).visit(program);
  return { imports, exportsAll, readsEnvironment, readsTime, lines: text.trimEnd().split('\n').length };
}

/** A relative URL of a module, by its source's name: what runs is the compiled `.js`. Folders and data are none. */
function moduleUrl(node: { type: string; value?: unknown }): string[] {
  if (node.type !== 'Literal' || typeof node.value !== 'string') return [];
  return /^\.{1,2}\/.*\.[jt]s$/.test(node.value) ? [node.value.replace(/\.js$/, '.ts')] : [];
}
