import { schemaFault, step } from './schema-fault.ts';

/** Reads the keywords of one subschema. Each method throws QueptError with the keyword's path for another type of value. */
export class KeywordReader {
  readonly path: string;
  readonly #schema: Readonly<Record<string, unknown>>;

  constructor(schema: Readonly<Record<string, unknown>>, path: string) {
    this.#schema = schema;
    this.path = path;
  }

  get keywords(): string[] {
    return Object.keys(this.#schema);
  }

  has(keyword: string): boolean {
    return Object.hasOwn(this.#schema, keyword) && this.#schema[keyword] !== undefined;
  }

  value(keyword: string): unknown {
    return this.#schema[keyword];
  }

  at(keyword: string): string {
    return step(this.path, keyword);
  }

  number(keyword: string): number | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.#schema[keyword];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw schemaFault(this.at(keyword), 'must be a number.');
  }

  /** A length or a count. */
  count(keyword: string): number | undefined {
    const value = this.number(keyword);
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
    throw schemaFault(this.at(keyword), 'must be a whole number of at least 0.');
  }

  flag(keyword: string): boolean {
    if (!this.has(keyword)) return false;
    const value = this.#schema[keyword];
    if (typeof value === 'boolean') return value;
    throw schemaFault(this.at(keyword), 'must be true or false.');
  }

  string(keyword: string): string | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.#schema[keyword];
    if (typeof value === 'string') return value;
    throw schemaFault(this.at(keyword), 'must be a string.');
  }

  list(keyword: string): readonly unknown[] | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.#schema[keyword];
    if (Array.isArray(value)) return value;
    throw schemaFault(this.at(keyword), 'must be an array.');
  }

  names(keyword: string): readonly string[] | undefined {
    return this.list(keyword)?.map((name) => {
      if (typeof name === 'string') return name;
      throw schemaFault(this.at(keyword), 'must be an array of strings.');
    });
  }

  record(keyword: string): Readonly<Record<string, unknown>> | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.#schema[keyword];
    if (isRecord(value)) return value;
    throw schemaFault(this.at(keyword), 'must be an object.');
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
