import type { WorkMeter } from '../automaton/work-meter.ts';
import { isMultiple } from '../text/decimal.ts';
import { canonicalText } from './canonical-text.ts';
import { isRecord } from './keyword-reader.ts';
import type { JsonType, SchemaNode } from './schema-node.ts';

/** Whether `value` is valid under a node. For values that a schema lists itself: they are short. */
export function validates(node: SchemaNode, value: unknown, meter: WorkMeter): boolean {
  meter.spend(1);
  if (node.never === true) return false;
  const type = typeOf(value);
  if (node.types !== undefined && !node.types.has(type)) return false;
  if (node.values?.has(canonicalText(value)) === false) return false;
  if (node.all?.every((inner) => validates(inner, value, meter)) === false) return false;
  if (node.choices?.every((options) => options.some((option) => validates(option, value, meter))) === false)
    return false;
  if (typeof value === 'number') return isValidNumber(node, value);
  if (typeof value === 'string') return isValidString(node, value);
  if (Array.isArray(value)) return isValidArray(node, value, meter);
  return isRecord(value) ? isValidObject(node, value, meter) : true;
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' ? type : 'object';
}

function isValidNumber(node: SchemaNode, value: number): boolean {
  return (
    (node.integer !== true || Number.isInteger(value)) &&
    value >= (node.minimum ?? Number.NEGATIVE_INFINITY) &&
    value > (node.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (node.maximum ?? Number.POSITIVE_INFINITY) &&
    value < (node.exclusiveMaximum ?? Number.POSITIVE_INFINITY) &&
    (node.multipleOf === undefined || isMultiple(value, node.multipleOf))
  );
}

function isValidString(node: SchemaNode, value: string): boolean {
  const length = [...value].length;
  return (
    length >= (node.minLength ?? 0) &&
    length <= (node.maxLength ?? Number.POSITIVE_INFINITY) &&
    (node.strings ?? []).every((strings) => strings.accepts(value))
  );
}

function isValidArray(node: SchemaNode, value: readonly unknown[], meter: WorkMeter): boolean {
  const prefix = node.prefixItems ?? [];
  return (
    value.length >= (node.minItems ?? 0) &&
    value.length <= (node.maxItems ?? Number.POSITIVE_INFINITY) &&
    (node.uniqueItems !== true || new Set(value.map((item) => canonicalText(item))).size === value.length) &&
    value.every((item, i) => {
      const schema = prefix[i] ?? node.items;
      return schema === undefined || validates(schema, item, meter);
    })
  );
}

function isValidObject(
  node: SchemaNode,
  value: Readonly<Record<string, unknown>>,
  meter: WorkMeter,
): boolean {
  const names = Object.keys(value);
  return (
    names.length >= (node.minProperties ?? 0) &&
    names.length <= (node.maxProperties ?? Number.POSITIVE_INFINITY) &&
    (node.required ?? []).every((name) => Object.hasOwn(value, name)) &&
    names.every((name) => node.propertyNames === undefined || validates(node.propertyNames, name, meter)) &&
    names.every((name) =>
      propertySchemas(node, name).every((schema) => validates(schema, value[name], meter)),
    )
  );
}

/** What the value of a property must be under, by this node alone. */
export function propertySchemas(node: SchemaNode, name: string): readonly SchemaNode[] {
  const own = node.properties?.get(name);
  const byPattern = (node.patternProperties ?? []).filter(({ names }) => names.accepts(name));
  const found = [...(own === undefined ? [] : [own]), ...byPattern.map((pattern) => pattern.node)];
  if (found.length > 0 || node.additionalProperties === undefined) return found;
  return [node.additionalProperties];
}
