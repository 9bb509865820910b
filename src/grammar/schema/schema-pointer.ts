import { schemaFault } from './schema-fault.ts';

/** What a reference such as `#/$defs/name` points to. Throws QueptError for one that is no pointer into the schema. */
export function pointedTo(schema: unknown, ref: string, path: string): unknown {
  if (!/^#(\/|$)/.test(ref)) {
    throw schemaFault(
      path,
      "is not supported unless it is a pointer into this schema, such as '#/$defs/name'.",
    );
  }
  let target = schema;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const key = unescapedPart(part, path);
    const isThere = typeof target === 'object' && target !== null && Object.hasOwn(target, key);
    if (!isThere) throw schemaFault(path, `points to '${ref.slice(0, 200)}', where nothing is.`);
    target = (target as Record<string, unknown>)[key];
  }
  return target;
}

function unescapedPart(part: string, path: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw schemaFault(path, 'has a percent sign that escapes nothing.');
  }
}
