import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import { gap, mark } from './json-texts.ts';
import { schemaFault } from './schema-fault.ts';
import type { SchemaNode } from './schema-node.ts';
import type { Terms } from './terms.ts';

/** Values that are valid under nodes, as in `valueTexts`. */
export type ValueTexts = (
  builder: GrammarBuilder,
  nodes: readonly SchemaNode[],
  from: number,
  to: number,
) => void;

/**
 * Arrays that are valid under all nodes lead from `from` to `to`.
 *
 * Throws QueptError for `uniqueItems` where there may be several: telling them apart takes more than a grammar.
 */
export function arrayTexts(
  builder: GrammarBuilder,
  nodes: readonly SchemaNode[],
  { minItems: min, maxItems: max, uniqueItems }: Terms,
  values: ValueTexts,
  from: number,
  to: number,
): void {
  if (uniqueItems && (max === null || max > 1)) {
    const { path } = nodes.find((node) => node.uniqueItems === true) as SchemaNode;
    throw schemaFault(`${path}.uniqueItems`, "is not enforced unless 'maxItems' is 1. Leave it out.");
  }
  const described = Math.max(0, ...nodes.map(({ prefixItems }) => prefixItems?.length ?? 0));
  const nodesAt = (index: number): readonly SchemaNode[] =>
    nodes.flatMap((node) => node.prefixItems?.[index] ?? node.items ?? []);
  const close = builder.state();
  /** Where the array may end behind `state`, with so many items. */
  const end = (state: number, items: number): void => {
    if (items < min || (max !== null && items > max)) return;
    if (items === 0) builder.jump(state, close);
    else gap(builder, state, close);
  };
  builder.jump(mark(builder, close, ']'), to);
  const open = builder.state();
  gap(builder, mark(builder, from, '['), open);
  end(open, 0);
  const item = (before: number, index: number): number => {
    const start = index === 0 ? before : builder.state();
    if (index > 0) gap(builder, mark(builder, before, ','), start);
    const behind = builder.state();
    values(builder, nodesAt(index), start, behind);
    return behind;
  };
  // Each place of its own up to where nothing differs any more: one item more, and the next leads back.
  const last = max ?? Math.max(described, min) + 1;
  let state = open;
  for (let index = 0; index < last; index++) {
    state = item(state, index);
    end(state, index + 1);
  }
  if (max === null) builder.jump(item(state, last), state);
}
