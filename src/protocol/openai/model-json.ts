import type { ServedModel } from '../../core/index.ts';

/** A model object. `id` may be the served id or an alias of it that pins a config. */
export function modelJson(served: ServedModel, id: string) {
  return {
    id,
    object: 'model',
    created: served.createdAt,
    owned_by: 'quept',
    context_length: served.contextLength,
  };
}
