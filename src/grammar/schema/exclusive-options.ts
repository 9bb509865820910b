import type { WorkMeter } from '../automaton/work-meter.ts';
import { alternatives } from './alternatives.ts';
import { namedProperties } from './object-parts.ts';
import { schemaFault } from './schema-fault.ts';
import type { JsonType, SchemaNode } from './schema-node.ts';
import { stringsOfTerms } from './string-terms.ts';
import { type Terms, termsOf } from './terms.ts';
import { validates } from './validates.ts';

/** Levels of properties in which a difference is looked for. */
const MAX_DEPTH = 4;
/** Units of work for comparing two ways to be valid. */
const PAIR_WORK = 20;

/**
 * `oneOf` is enforced as a choice, which is right where no value can be valid under two options.
 *
 * Throws QueptError where that cannot be shown.
 */
export function requireExclusive(node: SchemaNode, meter: WorkMeter): void {
  for (const { path, options } of node.exclusive ?? []) {
    const { exclusive: _, choices = [], ...rest } = node;
    // What stands beside the options may be what keeps them apart.
    const beside: SchemaNode = { ...rest, choices: choices.filter((list) => list !== options) };
    for (const [i, a] of options.entries()) {
      for (const b of options.slice(i + 1)) {
        if (areDisjoint([beside, a], [beside, b], meter, MAX_DEPTH)) continue;
        throw schemaFault(
          path,
          `has options that one value may be valid under at once (${a.path} and ${b.path}). Use 'anyOf', or tell them apart by a required property with 'const'.`,
        );
      }
    }
  }
}

/** Whether it is certain that no value is valid under both. */
function areDisjoint(
  a: readonly SchemaNode[],
  b: readonly SchemaNode[],
  meter: WorkMeter,
  depth: number,
): boolean {
  return alternatives(a, meter).every((x) =>
    alternatives(b, meter).every((y) => haveNothingInCommon(x, y, meter, depth)),
  );
}

function haveNothingInCommon(
  a: readonly SchemaNode[],
  b: readonly SchemaNode[],
  meter: WorkMeter,
  depth: number,
): boolean {
  meter.spend(PAIR_WORK);
  const x = termsOf(a, meter);
  const y = termsOf(b, meter);
  if (x.values !== undefined)
    return !x.values.some((value) => b.every((node) => validates(node, value, meter)));
  if (y.values !== undefined)
    return !y.values.some((value) => a.every((node) => validates(node, value, meter)));
  return [...x.types].every((type) => !y.types.has(type) || differ(type, [a, x], [b, y], meter, depth));
}

type Described = readonly [nodes: readonly SchemaNode[], terms: Terms];

/** Whether no value of `type` is in both. */
function differ(
  type: JsonType,
  [a, x]: Described,
  [b, y]: Described,
  meter: WorkMeter,
  depth: number,
): boolean {
  switch (type) {
    case 'number':
      return numbersDiffer(x, y) || numbersDiffer(y, x);
    case 'string':
      return stringsOfTerms(x, meter).intersect(stringsOfTerms(y, meter)).empty;
    case 'array':
      return (
        x.minItems > (y.maxItems ?? Number.POSITIVE_INFINITY) ||
        y.minItems > (x.maxItems ?? Number.POSITIVE_INFINITY)
      );
    case 'object':
      return depth > 0 && objectsDiffer(a, b, meter, depth);
    default:
      return false;
  }
}

/** Whether all numbers of `x` are below those of `y`. */
function numbersDiffer({ number: x }: Terms, { number: y }: Terms): boolean {
  if (x.max === null || y.min === null) return false;
  return x.max < y.min || (x.max === y.min && (x.exclusiveMax || y.exclusiveMin));
}

/** Whether a property that one requires has no value that suits both. */
function objectsDiffer(
  a: readonly SchemaNode[],
  b: readonly SchemaNode[],
  meter: WorkMeter,
  depth: number,
): boolean {
  const both = [...a, ...b];
  const joined = namedProperties(both, meter);
  const mine = new Map(namedProperties(a, meter).map((property) => [property.name, property.nodes]));
  const theirs = new Map(namedProperties(b, meter).map((property) => [property.name, property.nodes]));
  return joined.some(({ name, required, nodes }) => {
    if (!required) return false;
    if (nodes.some(({ never }) => never === true)) return true;
    const inA = mine.get(name);
    const inB = theirs.get(name);
    return inA !== undefined && inB !== undefined && areDisjoint(inA, inB, meter, depth - 1);
  });
}
