import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/index.ts';
import { schemaGrammar } from '../../support/grammar-texts.ts';

const object = (properties: object): JsonSchema => ({ type: 'object', properties });

describe('[J1] a schema that is not enforced', () => {
  it.each<[JsonSchema, string, string]>([
    [object({ a: { not: {} } }), 'schema.properties.a.not', 'is not enforced'],
    [{ items: { if: {} } }, 'schema.items.if', 'Use anyOf'],
    [{ allOf: [{}, { contains: {} }] }, 'schema.allOf[1].contains', 'is not enforced'],
    [
      object({ a: { unevaluatedProperties: false } }),
      'schema.properties.a.unevaluatedProperties',
      'additionalProperties',
    ],
    [
      object({ a: { nullable: true } }),
      'schema.properties.a.nullable',
      'not a keyword of JSON Schema that is known here',
    ],
    [{ format: 'iban' }, 'schema.format', "is 'iban', which is not enforced. Known are date,"],
    [{ uniqueItems: true, items: {} }, 'schema.uniqueItems', "unless 'maxItems' is 1"],
    [{ type: 'object', minProperties: 2 }, 'schema.minProperties', 'additionalProperties'],
    [{ $ref: 'https://example.com/s' }, 'schema.$ref', 'a pointer into this schema'],
    [{ $ref: '#/$defs/a' }, 'schema.$ref', 'where nothing is'],
    [{ $ref: '#' }, 'schema', 'refers to itself without end'],
    [{ anyOf: [{ type: 'null' }, { $ref: '#' }] }, 'schema', 'refers to itself without end'],
    [{ $schema: 'https://example.com/dialect' }, 'schema.$schema', 'not a dialect'],
    [{ type: 'text' }, 'schema.type', 'must be among'],
    [{ type: 'string', minLength: -1 }, 'schema.minLength', 'at least 0'],
    [{ minimum: '3' }, 'schema.minimum', 'must be a number'],
    [{ multipleOf: 0 }, 'schema.multipleOf', 'more than 0'],
    [{ items: [{}] }, 'schema.items', "Use 'prefixItems'"],
    [{ anyOf: [] }, 'schema.anyOf', 'must not be empty'],
    [{ properties: { a: 3 } }, 'schema.properties.a', 'must be a schema'],
    [{ required: 'a' }, 'schema.required', 'must be an array'],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, 'schema.oneOf', "Use 'anyOf'"],
    [
      { oneOf: [object({ a: {} }), object({ b: {} })] },
      'schema.oneOf',
      'schema.oneOf[0] and schema.oneOf[1]',
    ],
  ])('%j is refused by path and keyword', (schema, param, message) => {
    expect(() => schemaGrammar(schema)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(message) }),
    );
  });

  it.each<[string, JsonSchema]>([
    ['false', false],
    ['no types left', { allOf: [{ type: 'string' }, { type: 'null' }] }],
    ['no integer between', { type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 2 }],
    ['no listed value left', { type: 'string', enum: [1, 2] }],
    ['a property that has to be there and cannot', { ...(object({ a: false }) as object), required: ['a'] }],
    ['itself inside itself without end', { ...(object({ a: { $ref: '#' } }) as object), required: ['a'] }],
  ])('%s is refused as impossible', (_, schema) => {
    expect(() => schemaGrammar(schema)).toThrow(/'schema[^']*' admits no value at all/);
  });

  const none = { type: 'integer', minimum: 3, maximum: 2 };
  const needed = (
    properties: Readonly<Record<string, JsonSchema>>,
    required: readonly string[],
  ): JsonSchema => ({ ...(object(properties) as object), required }) as JsonSchema;
  it.each<[string, JsonSchema, string]>([
    ['a property', needed({ a: {}, b: none, c: {} }, ['a', 'b', 'c']), 'schema.properties.b'],
    ['behind one that may be left out', needed({ a: none, b: none }, ['b']), 'schema.properties.b'],
    [
      'deep inside',
      needed({ list: { type: 'array', minItems: 1, items: needed({ x: none }, ['x']) } }, ['list']),
      'schema.properties.list.items.properties.x',
    ],
    ['the first of several', needed({ a: none, b: none, c: none }, ['b', 'c']), 'schema.properties.b'],
    [
      'one of all alternatives',
      { anyOf: [none, needed({ a: none }, ['a'])] },
      'schema.anyOf[1].properties.a',
    ],
    ['what is false but required', needed({ a: {}, b: false }, ['b']), 'schema.properties.b'],
    ['items that must not be', { type: 'array', minItems: 1, items: false }, 'schema.items'],
    ['an item too many', { type: 'array', minItems: 2, prefixItems: [{}], items: false }, 'schema.items'],
    [
      'a name that is required and not admitted',
      needed({ a: { type: 'object', required: ['z'], additionalProperties: false } }, ['a']),
      'schema.properties.a.additionalProperties',
    ],
    [
      'behind one that is false and may be left out',
      needed({ a: false, b: none }, ['b']),
      'schema.properties.b',
    ],
  ])('an impossible part is named: %s', (_, schema, param) => {
    // As JSON has it, no part of it twice the same object.
    const parsed = JSON.parse(JSON.stringify(schema)) as JsonSchema;
    expect(() => schemaGrammar(parsed)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });
});

describe('[J3] a schema that is made to exhaust the server', () => {
  const chain = (length: number, link: (next: JsonSchema) => JsonSchema): JsonSchema => ({
    $ref: '#/$defs/d0',
    $defs: Object.fromEntries(
      Array.from({ length }, (_, i) => [
        `d${i}`,
        i === length - 1 ? {} : link({ $ref: `#/$defs/d${i + 1}` }),
      ]),
    ),
  });
  const many = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));

  it.each<[string, JsonSchema, RegExp]>([
    [
      'deep',
      JSON.parse(`${'{"items":'.repeat(3000)}{}${'}'.repeat(3000)}`),
      /nests more than 100 levels deep/,
    ],
    [
      'a value that is deep',
      { const: JSON.parse('['.repeat(3000) + ']'.repeat(3000)) },
      /nests more than 64 levels/,
    ],
    ['long strings', { type: 'string', minLength: 1e8 }, /too complex/],
    ['many items', { type: 'array', minItems: 1e9, items: {} }, /too complex/],
    ['many places of a pattern', { pattern: '(a|b)*a(a|b){40}$' }, /too complex/],
    ['counts in counts', { pattern: '^((a{1,99}){1,99}){1,99}$' }, /too complex/],
    [
      'ways that double',
      chain(40, (next) => ({ anyOf: [next, { allOf: [next, { maxLength: 9 }] }] })),
      /too complex/,
    ],
    [
      'choices that multiply',
      { allOf: many(30, (i) => ({ anyOf: [{ maxLength: i }, { minLength: i }] })) },
      /too complex/,
    ],
    ['a factor with many rests', { type: 'integer', multipleOf: 999_983 }, /too complex/],
    ['many listed values', { enum: many(50_000, (i) => `value ${i}`) }, /too complex/],
    ['many that may exclude each other', { oneOf: many(400, (i) => ({ const: i })) }, /too complex/],
  ])('%s is refused', (_, schema, message) => {
    expect(() => schemaGrammar(schema)).toThrow(message);
  });

  it('cannot hide behind values that it lists', () => {
    const twice = chain(90, (next) => ({ anyOf: [next, next] })) as object;
    expect(() => schemaGrammar({ ...twice, enum: [1, 2, 3] })).toThrow(/too complex|nests more/);
  });
});
