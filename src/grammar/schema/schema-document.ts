import type { JsonSchema } from '../../core/index.ts';
import type { WorkMeter } from '../automaton/work-meter.ts';
import { requireExclusive } from './exclusive-options.ts';
import { isRecord, KeywordReader } from './keyword-reader.ts';
import { refuseKeywords } from './refuse-keywords.ts';
import { refuseLoops } from './refuse-loops.ts';
import { scalarTerms } from './scalar-terms.ts';
import { schemaFault, step } from './schema-fault.ts';
import type { SchemaNode } from './schema-node.ts';
import { pointedTo } from './schema-pointer.ts';
import { StringKeywords } from './string-keywords.ts';

const MAX_DEPTH = 100;
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
  readonly #strings: StringKeywords;
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
    this.#strings = new StringKeywords(meter);
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
    refuseKeywords(reader, depth === 0);
    const strings = this.#strings.of(reader);
    Object.assign(node, defined(scalarTerms(reader, this.#meter)));
    if (strings.length > 0) node.strings = strings;
    Object.assign(node, defined(this.#arrayTerms(reader, depth + 1)));
    Object.assign(node, defined(this.#objectTerms(reader, depth + 1)));
    Object.assign(node, defined(this.#combinations(reader, depth + 1)));
    return node;
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
      return { names: this.#strings.matching(pattern, path), node: this.#node(schema, path, depth) };
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
      ...(ref === undefined
        ? []
        : [this.#node(pointedTo(this.#schema, ref, reader.at('$ref')), this.#pathOf(ref), depth)]),
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

  #pathOf(ref: string): string {
    return `${this.#param}${ref.slice(1).replaceAll('/', '.')}`;
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
}

/** Without what is undefined, since optional fields are absent rather than undefined. */
function defined(fields: Partial<SchemaNode>): Partial<SchemaNode> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
