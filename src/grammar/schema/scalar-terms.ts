import { nestsDeeper } from '../../core/index.ts';
import type { WorkMeter } from '../automaton/work-meter.ts';
import { canonicalText, MAX_VALUE_DEPTH } from './canonical-text.ts';
import type { KeywordReader } from './keyword-reader.ts';
import { schemaFault } from './schema-fault.ts';
import type { JsonType, SchemaNode } from './schema-node.ts';

const TYPES = new Set<string>(['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']);

/** `type`, listed values, and the terms of numbers and strings but for patterns. Throws QueptError for a broken one. */
export function scalarTerms(reader: KeywordReader, meter: WorkMeter): Partial<SchemaNode> {
  const multipleOf = reader.number('multipleOf');
  if (multipleOf !== undefined && multipleOf <= 0) {
    throw schemaFault(reader.at('multipleOf'), 'must be more than 0.');
  }
  return {
    ...typesOf(reader),
    values: listedValues(reader, meter),
    minimum: reader.number('minimum'),
    exclusiveMinimum: reader.number('exclusiveMinimum'),
    maximum: reader.number('maximum'),
    exclusiveMaximum: reader.number('exclusiveMaximum'),
    multipleOf,
    minLength: reader.count('minLength'),
    maxLength: reader.count('maxLength'),
  } as Partial<SchemaNode>;
}

function listedValues(reader: KeywordReader, meter: WorkMeter): ReadonlyMap<string, unknown> | undefined {
  const listed = reader.list('enum');
  const constant = reader.keywords.includes('const') ? [reader.value('const')] : undefined;
  const byText = (values: readonly unknown[]): Map<string, unknown> =>
    new Map(
      values.map((value) => {
        if (nestsDeeper(value, MAX_VALUE_DEPTH)) {
          throw schemaFault(
            reader.path,
            `lists a value that nests more than ${MAX_VALUE_DEPTH} levels deep.`,
          );
        }
        const text = canonicalText(value);
        meter.spend(text.length);
        return [text, value];
      }),
    );
  if (listed === undefined || constant === undefined) {
    const values = listed ?? constant;
    return values && byText(values);
  }
  const constants = byText(constant);
  return new Map([...byText(listed)].filter(([text]) => constants.has(text)));
}

function typesOf(reader: KeywordReader): Partial<SchemaNode> {
  if (!reader.has('type')) return {};
  const value = reader.value('type');
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const name of names) {
    if (typeof name === 'string' && TYPES.has(name)) continue;
    throw schemaFault(reader.at('type'), `must be among ${[...TYPES].join(', ')}.`);
  }
  const types = new Set(names.map((name) => (name === 'integer' ? 'number' : name)) as JsonType[]);
  return { types, ...(names.includes('integer') && !names.includes('number') && { integer: true as const }) };
}
