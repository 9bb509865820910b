import { z } from 'zod';
import { SERVE_KEYS, type ServeConfig, serveSchema } from './serve-schema.ts';
import { describeSetting } from './setting-description.ts';

export type ConfigNode = z.core.JSONSchema.BaseSchema;

/**
 * JSON Schema (2020-12) of a config file, made of the schema that checks it. Rules between settings are not in it: JSON
 * Schema has no words for most of them, and the server tells all of them.
 */
export function configJsonSchema(): ConfigNode {
  const schema = z.toJSONSchema(serveSchema, { io: 'input' });
  const described = Object.entries(schema.properties ?? {}).map(([key, node]) => [
    key,
    describeNode(key as keyof ServeConfig, node as ConfigNode),
  ]);
  return {
    ...schema,
    title: 'Settings of quept serve',
    properties: {
      $schema: { description: 'Where this schema lies, for editors.', type: 'string' },
      ...Object.fromEntries(described),
    },
  };
}

function describeNode(key: keyof ServeConfig, node: ConfigNode): ConfigNode {
  const { meaning, otherwise } = describeSetting(key);
  const { default: fallback, ...rest } = node;
  const isFixed = SERVE_KEYS[key].varies !== true && fallback !== null && fallback !== undefined;
  return {
    description: isFixed || otherwise === null ? `${meaning}.` : `${meaning}. Default: ${otherwise}.`,
    ...rest,
    ...(isFixed && { default: fallback }),
    ...(SERVE_KEYS[key].secret === true && { writeOnly: true }),
  };
}

let made: ConfigNode | undefined;

/** The schema of what may stand at `path`; null where nothing may. */
export function nodeAt(path: readonly PropertyKey[]): ConfigNode | null {
  // Asked once for each fault, of which there may be many.
  made ??= configJsonSchema();
  let node: ConfigNode | undefined = made;
  for (const segment of path) node = node?.properties?.[String(segment)] as ConfigNode | undefined;
  return node ?? null;
}
