import type { JsonSchema } from '../../core/index.ts';
import type { WorkMeter } from '../automaton/work-meter.ts';
import type { CharacterAutomaton } from '../text/character-automaton.ts';
import { formatStrings } from '../text/format-strings.ts';
import { FORMAT_NAMES } from '../text/formats.ts';
import { PatternFault } from '../text/pattern-syntax.ts';
import { stringsMatching } from '../text/strings-matching.ts';
import { canonicalText, MAX_VALUE_DEPTH } from './canonical-text.ts';
import { requireExclusive } from './exclusive-options.ts';
import { isRecord, KeywordReader } from './keyword-reader.ts';
import { refuseLoops } from './refuse-loops.ts';
import { schemaFault, step } from './schema-fault.ts';
import { ANNOTATION_KEYWORDS, ENFORCED_KEYWORDS, REFUSED_KEYWORDS } from './schema-keywords.ts';
import type { JsonType, SchemaNode } from './schema-node.ts';

const MAX_DEPTH = 100;
const MAX_PATTERN_LENGTH = 2_000;
const KNOWN = new Set([...ENFORCED_KEYWORDS, ...ANNOTATION_KEYWORDS]);
/** The whole document's name is no one's business while all references are pointers into it. */
const ROOT_KNOWN = new Set([...KNOWN, '$id']);
const TYPES = new Set<string>(['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']);
/** Units of work for reading a subschema. */
const NODE_WORK = 20;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenNode = Mutable<SchemaNode>;

/**
 * A schema as nodes: every keyword read, every reference followed. What is not enforced is refused by its path.
 * Definitions that nothing refers to are not looked at.
 */
export class SchemaDocument {
  readonly root: SchemaNode;
  readonly #schema: JsonSchema;
  readonly #param: string;
  readonly #meter: WorkMeter;
  /** By the object of the schema, so that a reference to it leads to the same node. */
  readonly #nodes = new Map<object, SchemaNode>();
  readonly #strings = new Map<string, CharacterAutomaton>();
  readonly #nextId: () => number;

  /**
   * @param nextId numbers for nodes, no two alike in one grammar
   *
   * Throws QueptError `invalid_request` naming path and keyword of what is broken or not enforced.
   */
  constructor(schema: JsonSchema, param: string, meter: WorkMeter, nextId: () => number) {
    this.#nextId = nextId;
    this.#schema = schema;
    this.#param = param;
    this.#meter = meter;
    this.root = this.#node(schema, param, 0);
    const nodes = [...this.#nodes.values()];
    refuseLoops(nodes);
    for (const node of nodes) requireExclusive(node, meter);
  }

  #node(schema: unknown, path: string, depth: number): SchemaNode {
    this.#meter.spend(NODE_WORK);
    if (depth > MAX_DEPTH) throw schemaFault(this.#param, `nests more than ${MAX_DEPTH} levels deep.`);
    if (typeof schema === 'boolean') {
      return { id: this.#nextId(), path, ...(!schema && { never: true as const }) };
    }
    if (!isRecord(schema)) throw schemaFault(path, 'must be a schema: an object, true or false.');
    const known = this.#nodes.get(schema);
    if (known !== undefined) return known;
    const node: OpenNode = { id: this.#nextId(), path };
    this.#nodes.set(schema, node);
    const reader = new KeywordReader(schema, path);
    refuseUnknown(reader, depth === 0 ? ROOT_KNOWN : KNOWN);
    refuseDialect(reader);
    Object.assign(node, defined(typesOf(reader)));
    Object.assign(node, defined(this.#scalarTerms(reader)));
    Object.assign(node, defined(this.#arrayTerms(reader, depth + 1)));
    Object.assign(node, defined(this.#objectTerms(reader, depth + 1)));
    Object.assign(node, defined(this.#combinations(reader, depth + 1)));
    return node;
  }

  #scalarTerms(reader: KeywordReader): Partial<SchemaNode> {
    const multipleOf = reader.number('multipleOf');
    if (multipleOf !== undefined && multipleOf <= 0) {
      throw schemaFault(reader.at('multipleOf'), 'must be more than 0.');
    }
    const strings = [...this.#pattern(reader), ...this.#format(reader)];
    return {
      values: this.#values(reader),
      minimum: reader.number('minimum'),
      exclusiveMinimum: reader.number('exclusiveMinimum'),
      maximum: reader.number('maximum'),
      exclusiveMaximum: reader.number('exclusiveMaximum'),
      multipleOf,
      minLength: reader.count('minLength'),
      maxLength: reader.count('maxLength'),
      strings: strings.length > 0 ? strings : undefined,
    } as Partial<SchemaNode>;
  }

  #values(reader: KeywordReader): ReadonlyMap<string, unknown> | undefined {
    const listed = reader.list('enum');
    const constant = reader.keywords.includes('const') ? [reader.value('const')] : undefined;
    const byText = (values: readonly unknown[]): Map<string, unknown> =>
      new Map(
        values.map((value) => {
          if (nests(value, MAX_VALUE_DEPTH)) {
            throw schemaFault(
              reader.path,
              `lists a value that nests more than ${MAX_VALUE_DEPTH} levels deep.`,
            );
          }
          const text = canonicalText(value);
          this.#meter.spend(text.length);
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

  #pattern(reader: KeywordReader): CharacterAutomaton[] {
    const pattern = reader.string('pattern');
    return pattern === undefined ? [] : [this.#matching(pattern, reader.at('pattern'))];
  }

  #format(reader: KeywordReader): CharacterAutomaton[] {
    const format = reader.string('format');
    if (format === undefined) return [];
    const strings = formatStrings(format);
    if (strings !== undefined) return [strings];
    throw schemaFault(
      reader.at('format'),
      `is '${format.slice(0, 100)}', which is not enforced. Known are ${FORMAT_NAMES.join(', ')}; or use 'pattern'.`,
    );
  }

  #matching(pattern: string, path: string): CharacterAutomaton {
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw schemaFault(path, `is longer than ${MAX_PATTERN_LENGTH} characters.`);
    }
    const known = this.#strings.get(pattern);
    if (known !== undefined) return known;
    try {
      const strings = stringsMatching(this.#meter, pattern);
      this.#strings.set(pattern, strings);
      return strings;
    } catch (fault) {
      if (fault instanceof PatternFault) throw schemaFault(path, `${fault.message}.`);
      throw fault;
    }
  }

  #arrayTerms(reader: KeywordReader, depth: number): Partial<SchemaNode> {
    if (Array.isArray(reader.value('items'))) {
      throw schemaFault(reader.at('items'), "must be one schema. Use 'prefixItems' for schemas by place.");
    }
    return {
      prefixItems: this.#nodeList(reader, 'prefixItems', depth),
      items: this.#child(reader, 'items', depth),
      minItems: reader.count('minItems'),
      maxItems: reader.count('maxItems'),
      uniqueItems: reader.flag('uniqueItems') || undefined,
    } as Partial<SchemaNode>;
  }

  #objectTerms(reader: KeywordReader, depth: number): Partial<SchemaNode> {
    const patterns = Object.entries(reader.record('patternProperties') ?? {}).map(([pattern, schema]) => {
      const path = step(reader.at('patternProperties'), pattern);
      return { names: this.#matching(pattern, path), node: this.#node(schema, path, depth) };
    });
    return {
      properties: this.#nodeMap(reader, 'properties', depth),
      patternProperties: patterns.length > 0 ? patterns : undefined,
      additionalProperties: this.#child(reader, 'additionalProperties', depth),
      propertyNames: this.#child(reader, 'propertyNames', depth),
      required: reader.names('required'),
      minProperties: reader.count('minProperties'),
      maxProperties: reader.count('maxProperties'),
    } as Partial<SchemaNode>;
  }

  #combinations(reader: KeywordReader, depth: number): Partial<SchemaNode> {
    const ref = reader.string('$ref');
    const all = [
      ...(this.#nodeList(reader, 'allOf', depth) ?? []),
      ...(ref === undefined ? [] : [this.#referred(ref, reader.at('$ref'), depth)]),
    ];
    const any = this.#nodeList(reader, 'anyOf', depth);
    const one = this.#nodeList(reader, 'oneOf', depth);
    const choices = [any, one, ...this.#dependencies(reader, depth)].filter((list) => list !== undefined);
    return {
      all: all.length > 0 ? all : undefined,
      choices: choices.length > 0 ? choices : undefined,
      exclusive: one && [{ path: reader.at('oneOf'), options: one }],
    } as Partial<SchemaNode>;
  }

  /** A property that asks for something else is either absent, or there with what it asks for. */
  #dependencies(reader: KeywordReader, depth: number): (readonly SchemaNode[])[] {
    const required = reader.record('dependentRequired') ?? {};
    const names = new KeywordReader(required, reader.at('dependentRequired'));
    const schemas = reader.record('dependentSchemas') ?? {};
    const choice = (name: string, path: string, then: Partial<SchemaNode>): readonly SchemaNode[] => {
      const never: SchemaNode = { id: this.#nextId(), path, never: true };
      const absent: SchemaNode = { id: this.#nextId(), path, properties: new Map([[name, never]]) };
      return [absent, { id: this.#nextId(), path, ...then }];
    };
    return [
      ...names.keywords.map((name) =>
        choice(name, names.at(name), { required: [name, ...(names.names(name) ?? [])] }),
      ),
      ...Object.entries(schemas).map(([name, schema]) => {
        const path = step(reader.at('dependentSchemas'), name);
        return choice(name, path, { required: [name], all: [this.#node(schema, path, depth)] });
      }),
    ];
  }

  #child(reader: KeywordReader, keyword: string, depth: number): SchemaNode | undefined {
    if (!reader.has(keyword)) return undefined;
    return this.#node(reader.value(keyword), reader.at(keyword), depth);
  }

  #nodeList(reader: KeywordReader, keyword: string, depth: number): readonly SchemaNode[] | undefined {
    const list = reader.list(keyword);
    if (list?.length === 0) throw schemaFault(reader.at(keyword), 'must not be empty.');
    return list?.map((schema, i) => this.#node(schema, step(reader.at(keyword), i), depth));
  }

  #nodeMap(
    reader: KeywordReader,
    keyword: string,
    depth: number,
  ): ReadonlyMap<string, SchemaNode> | undefined {
    const record = reader.record(keyword);
    if (record === undefined) return undefined;
    const path = reader.at(keyword);
    return new Map(
      Object.entries(record).map(([name, schema]) => [name, this.#node(schema, step(path, name), depth)]),
    );
  }

  /** References are pointers into this document. */
  #referred(ref: string, path: string, depth: number): SchemaNode {
    if (!/^#(\/|$)/.test(ref)) {
      throw schemaFault(
        path,
        "is not supported unless it is a pointer into this schema, such as '#/$defs/name'.",
      );
    }
    let target: unknown = this.#schema;
    for (const part of ref.slice(1).split('/').slice(1)) {
      const key = unescapedPart(part, path);
      const isThere = typeof target === 'object' && target !== null && Object.hasOwn(target, key);
      if (!isThere) throw schemaFault(path, `points to '${ref.slice(0, 200)}', where nothing is.`);
      target = (target as Record<string, unknown>)[key];
    }
    return this.#node(target, `${this.#param}${ref.slice(1).replaceAll('/', '.')}`, depth);
  }
}

function refuseUnknown(reader: KeywordReader, known: ReadonlySet<string>): void {
  for (const keyword of reader.keywords) {
    if (known.has(keyword)) continue;
    const remedy = REFUSED_KEYWORDS.get(keyword);
    throw schemaFault(
      step(reader.path, keyword),
      remedy === undefined
        ? 'is not a keyword of JSON Schema that is known here. Check its spelling or leave it out.'
        : `is not enforced, so it is not accepted. ${remedy}`,
    );
  }
}

/** Another dialect may give the same keywords another meaning, or none. */
function refuseDialect(reader: KeywordReader): void {
  const dialect = reader.string('$schema');
  if (dialect === undefined || /^https?:\/\/json-schema\.org\//.test(dialect)) return;
  throw schemaFault(reader.at('$schema'), 'is not a dialect that is known here. Leave it out.');
}

/** Whether `value` nests more than `depth` levels. */
function nests(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => nests(inner, depth - 1));
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

function unescapedPart(part: string, path: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw schemaFault(path, 'has a percent sign that escapes nothing.');
  }
}

/** Without what is undefined, since optional fields are absent rather than undefined. */
function defined(fields: Partial<SchemaNode>): Partial<SchemaNode> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
