import type { WorkMeter } from '../automaton/work-meter.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * The ways to be valid under all of `nodes` at once: lists of nodes whose own keywords, choices and references aside,
 * all hold. A value is valid if and only if it is under one of the lists.
 *
 * Throws QueptError when `meter` is spent.
 */
export function alternatives(
  nodes: Iterable<SchemaNode>,
  meter: WorkMeter,
): readonly (readonly SchemaNode[])[] {
  const found = new Map<string, readonly SchemaNode[]>();
  expand(new Set(), [...nodes], [], meter, found);
  return [...found.values()];
}

export function keyOf(nodes: Iterable<SchemaNode>): string {
  return [...new Set([...nodes].map(({ id }) => id))].sort((a, b) => a - b).join(' ');
}

function expand(
  done: Set<SchemaNode>,
  todo: readonly SchemaNode[],
  choices: readonly (readonly SchemaNode[])[],
  meter: WorkMeter,
  found: Map<string, readonly SchemaNode[]>,
): void {
  const pending = [...todo];
  const open = [...choices];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (done.has(node)) continue;
    done.add(node);
    pending.push(...(node.all ?? []));
    open.push(...(node.choices ?? []));
  }
  meter.spend(done.size);
  const [choice, ...others] = open;
  if (choice === undefined) {
    // Annotations alone say nothing.
    const saying = [...done].filter((node) => Object.keys(node).some((key) => !SILENT.has(key)));
    found.set(
      keyOf(saying),
      saying.sort((a, b) => a.id - b.id),
    );
    return;
  }
  for (const option of choice) expand(new Set(done), [option], others, meter, found);
}

/** Fields of a node that no value of its own is held against. */
const SILENT = new Set(['id', 'path', 'all', 'choices', 'exclusive']);
