import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/index.ts';
import { schemaGrammar, textsOf } from '../../support/grammar-texts.ts';

const int = { type: 'integer' } as const;
const closed = { type: 'object', additionalProperties: false } as const;

/** Schemas with texts that can be produced, and texts that cannot. */
const CASES: Readonly<Record<string, readonly [JsonSchema, readonly string[], readonly string[]]>> = {
  'properties come in the order of the schema, others after them': [
    { type: 'object', properties: { b: int, a: int }, required: ['a'] },
    ['{"b":1,"a":2}', '{"a":2}', '{"a":2,"z":null}', '{"b":1,"a":2,"z":[],"y":{}}'],
    ['{"a":2,"b":1}', '{"b":1}', '{}', '{"z":1,"a":2}', '{"a":1,"a":2}', '{"a":"x"}'],
  ],
  'a closed object has no other property': [
    { ...closed, properties: { a: int } },
    ['{}', '{"a":1}'],
    ['{"b":1}', '{"a":1,"b":1}', '{"a":1,}', '{,"a":1}'],
  ],
  'white space is short, and stands where lines break': [
    { ...closed, properties: { a: { type: 'array', items: int } } },
    ['{ "a": [1, 2] }', '{\n  "a": [\n    1,\n    2\n  ]\n}', '{\n\t"a":[ ]}'],
    ['{"a" :[]}', '{"a":  []}', ' {}', '{} ', '{\n\n}', '{  }', `{\n${' '.repeat(25)}}`],
  ],
  'required names without a schema of their own are there': [
    { type: 'object', required: ['x'], additionalProperties: int },
    ['{"x":1}', '{"x":1,"y":2}'],
    ['{}', '{"x":"1"}', '{"y":1}'],
  ],
  'patterns of names sort other properties': [
    {
      type: 'object',
      patternProperties: { '^n': int, s$: { minimum: 5 } },
      additionalProperties: { type: 'null' },
    },
    ['{"n":1}', '{"ns":5}', '{"as":"x"}', '{"as":5.5}', '{"x":null}'],
    ['{"n":"1"}', '{"ns":4}', '{"as":4}', '{"x":1}', '{"ns":"x"}'],
  ],
  'names have schemas too': [
    { type: 'object', propertyNames: { maxLength: 2 }, properties: { abc: int, ab: int } },
    ['{}', '{"ab":1}', '{"x":1}'],
    ['{"abc":1}', '{"xyz":1}'],
  ],
  'properties are counted': [
    { ...closed, properties: { a: int, b: int, c: int }, minProperties: 2, maxProperties: 2 },
    ['{"a":1,"b":1}', '{"a":1,"c":1}', '{"b":1,"c":1}'],
    ['{}', '{"a":1}', '{"a":1,"b":1,"c":1}'],
  ],
  'a property may ask for another': [
    { ...closed, properties: { a: int, b: int }, dependentRequired: { a: ['b'] } },
    ['{}', '{"b":1}', '{"a":1,"b":1}'],
    ['{"a":1}'],
  ],
  'items are counted': [
    { type: 'array', items: int, minItems: 1, maxItems: 2 },
    ['[1]', '[1,2]'],
    ['[]', '[1,2,3]', '[1,]'],
  ],
  'items differ by place': [
    { type: 'array', prefixItems: [int, { type: 'string' }], items: { type: 'null' } },
    ['[]', '[1]', '[1,"x"]', '[1,"x",null,null]'],
    ['["x"]', '[1,2]', '[1,"x",3]'],
  ],
  'values are those listed, in any layout': [
    { enum: ['x', 1, null, { a: [1, 2] }, ''] },
    ['"x"', '1', 'null', '{"a":[1,2]}', '{ "a": [1, 2] }', '""'],
    ['"y"', '2', 'true', '{}'],
  ],
  'what stands beside a list holds as well': [
    { type: 'string', minLength: 2, enum: ['x', 'xy', 3] },
    ['"xy"'],
    ['"x"', '3'],
  ],
  'any of several': [{ anyOf: [int, { type: 'string', maxLength: 1 }] }, ['1', '"a"'], ['"ab"', 'null']],
  'all of several': [
    {
      allOf: [
        { type: 'object', properties: { a: int }, required: ['a'] },
        { ...closed, properties: { a: { minimum: 3 } } },
      ],
    },
    ['{"a":3}'],
    ['{"a":2}', '{}', '{"a":3,"b":1}'],
  ],
  'one of several that exclude each other': [
    {
      oneOf: [
        { ...closed, properties: { kind: { const: 'a' }, x: int }, required: ['kind', 'x'] },
        { ...closed, properties: { kind: { const: 'b' } }, required: ['kind'] },
        { type: 'null' },
      ],
    },
    ['{"kind":"a","x":1}', '{"kind":"b"}', 'null'],
    ['{"kind":"b","x":1}', '{"kind":"a"}', '1'],
  ],
  'a schema may refer to itself': [
    { ...closed, properties: { child: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }, required: ['child'] },
    ['{"child":null}', '{"child":{"child":{"child":null}}}'],
    ['{}', '{"child":{}}'],
  ],
  'keywords beside a reference hold as well': [
    { $ref: '#/$defs/a~1b%25', minimum: 2, $defs: { 'a/b%': int, unused: { not: {} } } },
    ['2'],
    ['1', '2.5'],
  ],
  'no schema is any value': [true, ['null', '{"a":[{}]}', '-1.5e3', '"x"'], ['', 'nul', '{a:1}']],
  'formats are enforced': [
    {
      anyOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'ipv4' },
      ],
    },
    ['"2024-02-29"', '"127.0.0.1"'],
    ['"2023-02-29"', '"127.0.0.256"', '"x"'],
  ],
};

describe('a schema', () => {
  it.each(Object.entries(CASES))('%s', (_, [schema, can, cannot]) => {
    const canBe = textsOf(schemaGrammar(schema));
    for (const text of can) expect(canBe(text), text).toBe(true);
    for (const text of cannot) expect(canBe(text), text).toBe(false);
  });

  it('may list thousands of values', () => {
    const words = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 99_991} of ${i}`);
    const canBe = textsOf(schemaGrammar({ enum: [...words, 5, null] }));
    for (const word of [words[0], words[2500], words[4999]])
      expect(canBe(JSON.stringify(word)), word).toBe(true);
    expect(canBe('5')).toBe(true);
    expect(canBe(JSON.stringify(`${words[1]}0`))).toBe(false);
    expect(canBe('"0 of"')).toBe(false);
  });

  it('leaves undescribed values no room to get lost in', () => {
    const canBe = textsOf(schemaGrammar(true));
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(canBe(nested(24))).toBe(true);
    expect(canBe(nested(25))).toBe(false);
    expect(canBe(`{"${'x'.repeat(64)}":1}`)).toBe(true);
    expect(canBe(`{"${'x'.repeat(65)}":1}`)).toBe(false);
  });
});
