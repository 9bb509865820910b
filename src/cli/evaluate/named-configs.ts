import { type Ladder, type PrecisionConfig, QueptError } from '../../core/index.ts';

/**
 * The configs of these ids, in their order. Throws QueptError `invalid_usage` for an id that the ladder lacks.
 *
 * @param option the flag that named them, for messages
 */
export function namedConfigs(ladder: Ladder, ids: readonly string[], option: string): PrecisionConfig[] {
  return ids.map((id) => {
    const config = ladder.find((each) => each.id === id);
    if (config) return config;
    const known = ladder.map((each) => each.id).join(', ');
    throw new QueptError('invalid_usage', `${option}: there is no config '${id}'; this model has ${known}.`);
  });
}
