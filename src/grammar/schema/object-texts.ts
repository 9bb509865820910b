import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import type { ValueTexts } from './array-texts.ts';
import { colon, gap, mark, quoted } from './json-texts.ts';
import {
  type NamedProperty,
  namedProperties,
  type OtherProperties,
  otherProperties,
} from './object-parts.ts';
import { schemaFault } from './schema-fault.ts';
import type { SchemaNode } from './schema-node.ts';
import type { Terms } from './terms.ts';

/**
 * Objects that are valid under all nodes lead from `from` to `to`: the named properties in the order of the schema,
 * then others.
 *
 * Throws QueptError where `minProperties` would have to count names that nothing keeps from being the same.
 */
export function objectTexts(
  builder: GrammarBuilder,
  nodes: readonly SchemaNode[],
  terms: Terms,
  values: ValueTexts,
  from: number,
  to: number,
): void {
  const named = namedProperties(nodes, builder.meter);
  const others = otherProperties(nodes, named, builder.meter).filter(
    (other) => !other.nodes.some(({ never }) => never === true),
  );
  const required = named.filter((property) => property.required).length;
  const min = terms.minProperties <= required ? 0 : terms.minProperties;
  if (min > 1 && others.length > 0) refuseMinimum(nodes);
  const bounds = { min, max: terms.maxProperties };
  new ObjectWriter(builder, bounds, values).write(named, others, from, to);
}

function refuseMinimum(nodes: readonly SchemaNode[]): never {
  const { path } = nodes.find((node) => (node.minProperties ?? 0) > 1) as SchemaNode;
  throw schemaFault(
    `${path}.minProperties`,
    "is not enforced above 1 where other properties are allowed. Set 'additionalProperties' to false, or name them in 'required'.",
  );
}

/** States by how many properties there are so far, as far as that matters. */
class ObjectWriter {
  readonly #builder: GrammarBuilder;
  readonly #bounds: { readonly min: number; readonly max: number | null };
  readonly #values: ValueTexts;
  /** More are counted as so many. */
  readonly #most: number;

  constructor(
    builder: GrammarBuilder,
    bounds: { readonly min: number; readonly max: number | null },
    values: ValueTexts,
  ) {
    this.#builder = builder;
    this.#bounds = bounds;
    this.#values = values;
    this.#most = Math.max(1, bounds.min, bounds.max ?? 0);
  }

  write(named: readonly NamedProperty[], others: readonly OtherProperties[], from: number, to: number): void {
    const builder = this.#builder;
    const open = builder.state();
    gap(builder, mark(builder, from, '{'), open);
    let states = new Map([[0, open]]);
    for (const property of named) states = this.#named(property, states);
    if (others.length > 0) this.#others(others, states);
    const close = builder.state();
    builder.jump(mark(builder, close, '}'), to);
    for (const [count, state] of states) {
      if (count < this.#bounds.min || (this.#bounds.max !== null && count > this.#bounds.max)) continue;
      if (count === 0) builder.jump(state, close);
      else gap(builder, state, close);
    }
  }

  #named({ name, required, nodes }: NamedProperty, states: Map<number, number>): Map<number, number> {
    const builder = this.#builder;
    const behind = new Map<number, number>();
    const stateFor = (count: number): number => entry(behind, count, () => builder.state());
    for (const [count, state] of states) {
      if (!required) builder.jump(state, stateFor(count));
      const next = this.#counted(count);
      if (next === null) continue;
      const value = colon(builder, builder.text(this.#begin(state, count), JSON.stringify(name)));
      this.#values(builder, nodes, value, stateFor(next));
    }
    return behind;
  }

  #others(others: readonly OtherProperties[], states: Map<number, number>): void {
    const builder = this.#builder;
    const rule = builder.rule((_, start, end) => {
      for (const { names, nodes } of others) {
        const name = builder.state();
        quoted(builder, names, start, name);
        this.#values(builder, nodes, colon(builder, name), end);
      }
    });
    for (let count = 0; count <= this.#most; count++) {
      const state = states.get(count);
      const next = state === undefined ? null : this.#counted(count);
      if (state === undefined || next === null) continue;
      builder.call(
        this.#begin(state, count),
        rule,
        entry(states, next, () => builder.state()),
      );
    }
  }

  /** Where a property's name begins, behind a comma if it is not the first. */
  #begin(state: number, count: number): number {
    if (count === 0) return state;
    const start = this.#builder.state();
    gap(this.#builder, mark(this.#builder, state, ','), start);
    return start;
  }

  /** The count with one property more; null where that is too many. */
  #counted(count: number): number | null {
    const { max } = this.#bounds;
    if (max !== null && count >= max) return null;
    return Math.min(count + 1, this.#most);
  }
}

function entry(map: Map<number, number>, key: number, make: () => number): number {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
