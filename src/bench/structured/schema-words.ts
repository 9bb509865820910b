import type { JsonSchema } from '../../core/index.ts';

// Words that schemas of programs are made of, so that fifty of them can be read.

type Keywords = Readonly<Record<string, unknown>>;

export const text = (maxLength = 40): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
export const matching = (pattern: string): JsonSchema => ({ type: 'string', pattern });
export const format = (name: string): JsonSchema => ({ type: 'string', format: name });
export const whole = (minimum: number, maximum: number): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum,
});
export const amount = (maximum: number): JsonSchema => ({
  type: 'number',
  minimum: 0,
  maximum,
  multipleOf: 0.01,
});
export const between = (minimum: number, maximum: number): JsonSchema => ({
  type: 'number',
  minimum,
  maximum,
});
export const yesNo: JsonSchema = { type: 'boolean' };
export const oneOf = (...values: readonly unknown[]): JsonSchema => ({ enum: values });
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const either = (...options: readonly JsonSchema[]): JsonSchema => ({ anyOf: options });
export const fixed = (value: unknown): JsonSchema => ({ const: value });
export const list = (items: JsonSchema, minItems: number, maxItems: number): JsonSchema => ({
  type: 'array',
  items,
  minItems,
  maxItems,
});
export const pair = (...prefixItems: readonly JsonSchema[]): JsonSchema => ({
  type: 'array',
  prefixItems,
  items: false,
  minItems: prefixItems.length,
});
export const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** An object with these properties and no others; names that end in `?` may be left out. */
export function record(properties: Readonly<Record<string, JsonSchema>>, more: Keywords = {}): JsonSchema {
  const entries = Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema]);
  const required = Object.keys(properties).filter((name) => !name.endsWith('?'));
  return {
    type: 'object',
    properties: Object.fromEntries(entries),
    required,
    additionalProperties: false,
    ...more,
  };
}
