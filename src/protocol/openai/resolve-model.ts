import { QueptError, type ServedModel, splitModelAlias } from '../../core/index.ts';

/** The name under which any server's model answers. */
export const DEFAULT_MODEL_ALIAS = 'default';

/** A model name that is served, and the config that its alias pins (null without one). */
export interface ResolvedModel {
  /** The served id, with `@config` when pinned. */
  readonly id: string;
  readonly config: string | null;
}

/**
 * Resolves the served id, `default`, and either with `@config`.
 *
 * Throws QueptError `model_not_found` (param `model`) for any other name.
 */
export function resolveModel(served: ServedModel, name: string): ResolvedModel {
  if (isServed(served, name)) return { id: served.id, config: null };
  const alias = splitModelAlias(name);
  if (alias.config !== null && isServed(served, alias.name)) {
    const known = served.ladder.find((config) => config.id === alias.config);
    if (known !== undefined) return { id: `${served.id}@${known.id}`, config: known.id };
    const ids = served.ladder.map((config) => config.id).join(', ');
    throw notFound(`The model '${served.id}' has no precision config of that name. It serves ${ids}.`);
  }
  throw notFound(
    `The model '${name.slice(0, 100)}' does not exist. This server serves '${served.id}', also as '${DEFAULT_MODEL_ALIAS}'.`,
  );
}

function isServed(served: ServedModel, name: string): boolean {
  return name === served.id || name === DEFAULT_MODEL_ALIAS;
}

function notFound(message: string): QueptError {
  return new QueptError('model_not_found', message, { param: 'model' });
}
