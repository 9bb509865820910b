import type { WorkMeter } from '../automaton/work-meter.ts';
import type { CharacterAutomaton } from '../text/character-automaton.ts';
import { complementAutomaton, deterministicAutomaton } from '../text/deterministic-automaton.ts';
import { stringsExcept, stringsOfLength } from '../text/string-sets.ts';
import { MAX_FREE_NAME } from './json-texts.ts';
import type { PatternProperty, SchemaNode } from './schema-node.ts';
import { stringsOfNodes } from './string-terms.ts';
import { propertySchemas, validates } from './validates.ts';

/** A property that the schema names. */
export interface NamedProperty {
  readonly name: string;
  readonly required: boolean;
  /** What its value is valid under. */
  readonly nodes: readonly SchemaNode[];
}

/** Properties that the schema does not name. */
export interface OtherProperties {
  readonly names: CharacterAutomaton;
  readonly nodes: readonly SchemaNode[];
}

/** The named properties of an object that is valid under all nodes, in the order of the schema. */
export function namedProperties(nodes: readonly SchemaNode[], meter: WorkMeter): NamedProperty[] {
  const required = new Set(nodes.flatMap((node) => node.required ?? []));
  const names = new Set([...nodes.flatMap((node) => [...(node.properties?.keys() ?? [])]), ...required]);
  return [...names].map((name) => {
    const nameNodes = nodes.flatMap(({ propertyNames }) => propertyNames ?? []);
    const forbidden = nameNodes.find((node) => !validates(node, name, meter));
    meter.spend(nodes.length);
    const schemas = nodes.flatMap((node) => propertySchemas(node, name));
    return {
      name,
      required: required.has(name),
      nodes: forbidden === undefined ? schemas : [{ id: -1, path: forbidden.path, never: true }],
    };
  });
}

/** Names that are not `named`, in classes that no name is in two of, each with what its values are valid under. */
export function otherProperties(
  nodes: readonly SchemaNode[],
  named: readonly NamedProperty[],
  meter: WorkMeter,
): OtherProperties[] {
  const nameNodes = nodes.flatMap(({ propertyNames }) => propertyNames ?? []);
  const free = stringsExcept(
    meter,
    named.map(({ name }) => name),
  );
  const described =
    nameNodes.length === 0 ? stringsOfLength(meter, 0, MAX_FREE_NAME) : stringsOfNodes(nameNodes, meter);
  let classes: { names: CharacterAutomaton; matched: readonly PatternProperty[] }[] = [
    { names: free, matched: [] },
  ];
  for (const pattern of nodes.flatMap(({ patternProperties }) => patternProperties ?? [])) {
    const unmatched = complementAutomaton(pattern.names, meter);
    classes = classes
      .flatMap(({ names, matched }) => [
        { names: names.intersect(pattern.names), matched: [...matched, pattern] },
        { names: names.intersect(unmatched), matched },
      ])
      .filter(({ names }) => !names.empty);
  }
  // Lengths last: they multiply what everything before them comes to.
  return classes.map(({ names, matched }) => ({
    names: deterministicAutomaton(deterministicAutomaton(names, meter).intersect(described), meter),
    nodes: nodes.flatMap((node) => {
      const own = (node.patternProperties ?? []).filter((pattern) => matched.includes(pattern));
      if (own.length > 0) return own.map((pattern) => pattern.node);
      return node.additionalProperties ?? [];
    }),
  }));
}
