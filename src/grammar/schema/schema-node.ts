import type { CharacterAutomaton } from '../text/character-automaton.ts';

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** One subschema whose keywords have been read and found to be enforceable. Absent keywords are left out. */
export interface SchemaNode {
  /** Counts nodes of a document. */
  readonly id: number;
  /** Where it stands, as a client writes it. */
  readonly path: string;
  /** `false`: nothing is valid. */
  readonly never?: true;
  readonly types?: ReadonlySet<JsonType>;
  /** `type` has integer without number. */
  readonly integer?: true;
  /** Of `enum` or `const`, by their canonical text. */
  readonly values?: ReadonlyMap<string, unknown>;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of `pattern` and `format`: a string is in all of them. */
  readonly strings?: readonly CharacterAutomaton[];
  readonly prefixItems?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
  readonly properties?: ReadonlyMap<string, SchemaNode>;
  readonly patternProperties?: readonly PatternProperty[];
  readonly additionalProperties?: SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Of `allOf` and `$ref`. */
  readonly all?: readonly SchemaNode[];
  /** Of `anyOf`, `oneOf` and dependencies: a value is valid under at least one of each list. */
  readonly choices?: readonly (readonly SchemaNode[])[];
  /** The lists of `oneOf` among them, with their paths: no value is valid under two. */
  readonly exclusive?: readonly { readonly path: string; readonly options: readonly SchemaNode[] }[];
}

export interface PatternProperty {
  readonly names: CharacterAutomaton;
  readonly node: SchemaNode;
}
