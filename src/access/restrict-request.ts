import {
  type GenerateRequest,
  type Ladder,
  type PrecisionConfig,
  type PrecisionWish,
  QueptError,
  resolvePrecision,
  type ServiceTier,
} from '../core/index.ts';
import type { ApiKey } from './api-key.ts';

/**
 * The request within what its key may have: the key's tier where it names none, its precision cut to the key's bits.
 *
 * Throws QueptError `permission_denied` (param `service_tier` or `precision`) for a tier that is not the key's, and for
 * precisions all of which are out of its bounds; `invalid_request` for a wish that fits no rung.
 */
export function restrictRequest(request: GenerateRequest, key: ApiKey, ladder: Ladder): GenerateRequest {
  const tier = tierWithin(request.service.tier, key);
  const precision = precisionWithin(request.precision, key, ladder);
  return { ...request, service: { ...request.service, tier }, precision };
}

function tierWithin(wanted: ServiceTier | null, { tiers, defaultTier }: ApiKey): ServiceTier {
  if (wanted === null) return defaultTier;
  if (tiers.has(wanted)) return wanted;
  throw new QueptError(
    'permission_denied',
    `This API key may not use the tier '${wanted}'. It may use ${[...tiers].join(', ')}.`,
    { param: 'service_tier' },
  );
}

function precisionWithin(wish: PrecisionWish, { minBits, maxBits }: ApiKey, ladder: Ladder): PrecisionWish {
  if (minBits === null && maxBits === null) return wish;
  const lowest = ladder.findIndex(({ averageBits }) => averageBits >= (minBits ?? 0));
  const highest = ladder.findLastIndex(({ averageBits }) => averageBits <= (maxBits ?? Infinity));
  const wanted = resolvePrecision(ladder, wish);
  const floor = Math.max(lowest, wanted.floor);
  const ceiling = Math.min(highest, wanted.ceiling);
  if (lowest < 0 || floor > ceiling) throw outOfBounds(ladder, lowest, highest);
  if (wanted.pinned) return wish;
  const [from, to] = [ladder[floor] as PrecisionConfig, ladder[ceiling] as PrecisionConfig];
  return { kind: 'range', minBits: from.averageBits, maxBits: to.averageBits };
}

function outOfBounds(ladder: Ladder, lowest: number, highest: number): QueptError {
  const ids = lowest < 0 ? [] : ladder.slice(lowest, highest + 1).map(({ id }) => id);
  const message =
    ids.length === 0
      ? "The bounds of this API key admit no precision of this model. Ask the server's operator to change them."
      : `This API key is served at ${ids.join(', ')}, which 'precision' rules out.`;
  return new QueptError('permission_denied', message, { param: 'precision' });
}
