import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonSchema, type OutputGrammar, QueptError } from '../../core/index.ts';
import { constraintGrammar, GrammarConstrainer } from '../../grammar/index.ts';
import { spellings } from './json-spellings.ts';

interface SuiteCase {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** What became of one file of the JSON Schema test suite. */
export interface SuiteFile {
  /** Within the suite's folder, without ending: `minimum`, `optional/format/date`. */
  readonly name: string;
  readonly schemas: number;
  readonly accepted: number;
  /** Instances of accepted schemas … */
  readonly instances: number;
  /** … and those of them that can be produced though they are invalid, or cannot though they are valid. */
  readonly wrong: readonly string[];
  /** Why schemas were refused. */
  readonly refusals: readonly string[];
}

const END = 256;

/**
 * Holds grammars against the JSON Schema test suite in `directory`, without a model: every instance is spelled out byte
 * by byte, and each byte must be allowed by the mask before it. An instance can be produced if it can in some order of
 * its keys.
 */
export async function checkSuite(directory: string): Promise<SuiteFile[]> {
  const names = (await readdir(directory, { recursive: true }))
    .filter((name) => name.endsWith('.json'))
    .sort();
  const files: SuiteFile[] = [];
  for (const name of names) {
    const cases = JSON.parse(await readFile(join(directory, name), 'utf8')) as readonly SuiteCase[];
    files.push(checkFile(name.replaceAll('\\', '/').replace(/\.json$/, ''), cases));
  }
  return files;
}

function checkFile(name: string, cases: readonly SuiteCase[]): SuiteFile {
  const refusals: string[] = [];
  const wrong: string[] = [];
  let instances = 0;
  for (const { description, schema, tests } of cases) {
    const grammar = grammarOf(schema, refusals);
    if (grammar === null) continue;
    const canBe = producibleTexts(grammar);
    for (const { description: instance, data, valid } of tests) {
      instances++;
      if (spellings(data).some(canBe) !== valid) wrong.push(`${description}: ${instance}`);
    }
  }
  const schemas = cases.length;
  return { name, schemas, accepted: schemas - refusals.length, instances, wrong, refusals };
}

function grammarOf(schema: JsonSchema, refusals: string[]): OutputGrammar | null {
  try {
    return constraintGrammar({ kind: 'json_schema', schema, param: 'schema' });
  } catch (refusal) {
    if (!(refusal instanceof QueptError)) throw refusal;
    refusals.push(refusal.message);
    return null;
  }
}

/** Says which texts a model could produce whose tokens are single bytes. */
function producibleTexts(grammar: OutputGrammar): (text: string) => boolean {
  const constrainer = new GrammarConstrainer({
    size: END + 1,
    tokenBytes: (id) => (id < END ? Uint8Array.of(id) : new Uint8Array(0)),
    specialName: () => '',
    endTokenIds: new Set([END]),
  });
  return (text) => {
    const matcher = constrainer.start(grammar);
    const allows = (id: number): boolean =>
      (((matcher.allowed(Number.POSITIVE_INFINITY)[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
    for (const byte of Buffer.from(text)) {
      if (!allows(byte)) return false;
      matcher.accept(byte);
    }
    return allows(END);
  };
}
