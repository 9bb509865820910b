import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonSchema, QueptError } from '../../core/index.ts';
import { constraintGrammar } from '../../grammar/index.ts';

interface SuiteCase {
  readonly description: string;
  readonly schema: JsonSchema;
}

/**
 * Schemas of the JSON Schema test suite in `directory` that are enforced, by file and description; at most `count`,
 * those of each file in turn.
 */
export async function suiteSchemas(
  directory: string,
  count: number,
): Promise<ReadonlyMap<string, JsonSchema>> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.json'));
  const files = await Promise.all(
    names.sort().map(async (name) => {
      const cases = JSON.parse(await readFile(join(directory, name), 'utf8')) as readonly SuiteCase[];
      return cases
        .filter(({ schema }) => isEnforced(schema))
        .map(
          ({ description, schema }) => [`${name.replace(/\.json$/, '')}: ${description}`, schema] as const,
        );
    }),
  );
  const found = new Map<string, JsonSchema>();
  const longest = Math.max(0, ...files.map(({ length }) => length));
  for (let i = 0; i < longest; i++) {
    for (const file of files) {
      const entry = file[i];
      if (entry !== undefined && found.size < count) found.set(...entry);
    }
  }
  return found;
}

function isEnforced(schema: JsonSchema): boolean {
  try {
    constraintGrammar({ kind: 'json_schema', schema, param: 'schema' });
    return true;
  } catch (refusal) {
    if (refusal instanceof QueptError) return false;
    throw refusal;
  }
}
