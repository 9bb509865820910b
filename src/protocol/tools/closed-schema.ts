import type { JsonObject } from '../../core/index.ts';

/** Keywords beside which, or under which, properties of one object are told of in several places. */
const ELSEWHERE = ['allOf', 'not', 'if', 'dependentSchemas', 'unevaluatedProperties', '$dynamicRef'];
const BRANCHES = ['anyOf', 'oneOf', '$ref'];
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
const LISTS = ['anyOf', 'oneOf', 'prefixItems'];
const SCHEMAS = ['items', 'additionalProperties'];

/**
 * A schema of arguments whose objects have the properties that it names, and no others, unless it says something of
 * others. JSON Schema would admit any, and a model that has to write down what a schema admits might go on inventing
 * them. Where an object's properties are told of in several places, the schema is left as it is.
 */
export function closedSchema(schema: JsonObject): JsonObject {
  return isClosable(schema) ? close(schema) : schema;
}

function isClosable(schema: JsonObject): boolean {
  const branching = BRANCHES.some((keyword) => keyword in schema);
  if (ELSEWHERE.some((keyword) => keyword in schema) || ('properties' in schema && branching)) return false;
  let closable = true;
  mapSchemas(schema, (inner) => {
    closable &&= isClosable(inner);
    return inner;
  });
  return closable;
}

function close(schema: JsonObject): JsonObject {
  const inside = mapSchemas(schema, close);
  const open = !('additionalProperties' in schema) && !('patternProperties' in schema);
  return 'properties' in schema && open ? { ...inside, additionalProperties: false } : inside;
}

/** A copy with another schema in place of each that stands in it. */
function mapSchemas(schema: JsonObject, change: (inner: JsonObject) => JsonObject): JsonObject {
  const changed = (value: unknown) => (isObject(value) ? change(value) : value);
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (SCHEMAS.includes(keyword)) return [keyword, changed(value)];
      if (LISTS.includes(keyword) && Array.isArray(value)) return [keyword, value.map(changed)];
      if (!MAPS.includes(keyword) || !isObject(value)) return [keyword, value];
      const named = Object.entries(value).map(([name, inner]) => [name, changed(inner)]);
      return [keyword, Object.fromEntries(named)];
    }),
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
