import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

/**
 * A validator of JSON schemas as OpenAPI 3.1 has them. Formats are for people: the specification names some (`unixtime`)
 * that no standard has.
 */
export function schemaValidator(): Ajv2020 {
  return new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
}

/** What a validator has against a value; empty for nothing. */
export function complaints(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** A copy of a schema in which objects whose properties are listed have no others. */
export function closed(schema: unknown): unknown {
  return mapObjects(schema, (object) =>
    object.properties === undefined || object.additionalProperties !== undefined
      ? object
      : { ...object, additionalProperties: false },
  );
}

/** A copy of a JSON value in which every object, from the inside out, is replaced by what `change` makes of it. */
export function mapObjects(value: unknown, change: (object: Json) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, mapObjects(inner, change)]);
  return change(Object.fromEntries(entries) as Json);
}
