import { schemaFault } from './schema-fault.ts';
import type { SchemaNode } from './schema-node.ts';

/** Throws QueptError for a node that refers to itself without a property or an item between. */
export function refuseLoops(nodes: Iterable<SchemaNode>): void {
  const open = new Set<SchemaNode>();
  const sound = new Set<SchemaNode>();
  const visit = (node: SchemaNode): void => {
    if (sound.has(node)) return;
    if (open.has(node)) throw schemaFault(node.path, 'refers to itself without end.');
    open.add(node);
    for (const inner of [...(node.all ?? []), ...(node.choices ?? []).flat()]) visit(inner);
    open.delete(node);
    sound.add(node);
  };
  for (const node of nodes) visit(node);
}
