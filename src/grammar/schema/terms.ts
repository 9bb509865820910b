import type { WorkMeter } from '../automaton/work-meter.ts';
import type { CharacterAutomaton } from '../text/character-automaton.ts';
import type { NumberTerms } from '../text/number-texts.ts';
import type { JsonType, SchemaNode } from './schema-node.ts';
import { validates } from './validates.ts';

const ALL_TYPES: readonly JsonType[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** What nodes that all hold come to, but for the parts of arrays and objects. */
export interface Terms {
  readonly types: ReadonlySet<JsonType>;
  /** The only values, all of them valid; absent where they are not listed. */
  readonly values?: readonly unknown[];
  readonly number: NumberTerms;
  readonly minLength: number;
  readonly maxLength: number | null;
  readonly strings: readonly CharacterAutomaton[];
  readonly minItems: number;
  readonly maxItems: number | null;
  readonly uniqueItems: boolean;
  readonly minProperties: number;
  readonly maxProperties: number | null;
}

export function termsOf(nodes: readonly SchemaNode[], meter: WorkMeter): Terms {
  const never = nodes.some((node) => node.never === true);
  const types = ALL_TYPES.filter((type) => !never && nodes.every((node) => node.types?.has(type) ?? true));
  const listed = nodes.find((node) => node.values !== undefined)?.values;
  const values =
    listed && [...listed.values()].filter((value) => nodes.every((node) => validates(node, value, meter)));
  const most = (key: NumericKey): number | null => extreme(nodes, key, Math.max);
  const least = (key: NumericKey): number | null => extreme(nodes, key, Math.min);
  return {
    types: new Set(types),
    ...(values !== undefined && { values }),
    number: numberTerms(nodes),
    minLength: most('minLength') ?? 0,
    maxLength: least('maxLength'),
    strings: nodes.flatMap(({ strings }) => strings ?? []),
    minItems: most('minItems') ?? 0,
    maxItems: least('maxItems'),
    uniqueItems: nodes.some(({ uniqueItems }) => uniqueItems === true),
    minProperties: most('minProperties') ?? 0,
    maxProperties: least('maxProperties'),
  };
}

type NumericKey =
  | 'minimum'
  | 'exclusiveMinimum'
  | 'maximum'
  | 'exclusiveMaximum'
  | 'minLength'
  | 'maxLength'
  | 'minItems'
  | 'maxItems'
  | 'minProperties'
  | 'maxProperties';

function extreme(
  nodes: readonly SchemaNode[],
  key: NumericKey,
  choose: (...values: number[]) => number,
): number | null {
  const values = nodes.flatMap((node) => node[key] ?? []);
  return values.length === 0 ? null : choose(...values);
}

function numberTerms(nodes: readonly SchemaNode[]): NumberTerms {
  const min = extreme(nodes, 'minimum', Math.max);
  const above = extreme(nodes, 'exclusiveMinimum', Math.max);
  const max = extreme(nodes, 'maximum', Math.min);
  const below = extreme(nodes, 'exclusiveMaximum', Math.min);
  const exclusiveMin = above !== null && (min === null || above >= min);
  const exclusiveMax = below !== null && (max === null || below <= max);
  return {
    integer: nodes.some(({ integer }) => integer === true),
    min: exclusiveMin ? above : min,
    exclusiveMin,
    max: exclusiveMax ? below : max,
    exclusiveMax,
    factors: [...new Set(nodes.flatMap(({ multipleOf }) => multipleOf ?? []))],
  };
}
