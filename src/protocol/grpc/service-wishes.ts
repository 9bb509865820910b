import { QueptError, type ServiceTier, type ServiceWish } from '../../core/index.ts';
import { parseServiceWish, SERVICE_TIER_WORDS, type TierWord } from '../openai/service-wish.ts';
import type { GenerationOptions } from './gen/quept/v1/options_pb.ts';
import type { WishMetadata } from './request-context.ts';
import { tierOf } from './service-tier.ts';

/**
 * Tier and targets of a call, as its options and its metadata have them.
 *
 * Throws QueptError `invalid_request` naming the field, also where the two disagree.
 */
export function callService(
  options: GenerationOptions | undefined,
  metadata: WishMetadata,
  timeoutMs: number | null,
): ServiceWish {
  const { ttftMs, tpotMs } = metadata;
  const told = parseServiceWish(tierWord(metadata.serviceTier), { ttftMs, tpotMs }, 'metadata');
  const tier: ServiceTier | null = options === undefined ? null : tierOf(options.serviceTier);
  return {
    tier: agreed('service_tier', tier, 'x-service-tier', told.tier),
    ttftMs: agreed('ttft_ms', options?.ttftMs ?? null, 'x-slo-ttft-ms', told.ttftMs),
    tpotMs: agreed('tpot_ms', options?.tpotMs ?? null, 'x-slo-tpot-ms', told.tpotMs),
    timeoutMs,
  };
}

/** What the client gave to ask for a tier, as errors name it. */
export function callTierParam(options: GenerationOptions, { serviceTier }: WishMetadata): string {
  return serviceTier !== null && tierOf(options.serviceTier) === null
    ? 'x-service-tier'
    : 'options.service_tier';
}

function tierWord(text: string | null): TierWord | null {
  const word = SERVICE_TIER_WORDS.find((known) => known === text);
  if (text === null || word !== undefined) return word ?? null;
  const words = SERVICE_TIER_WORDS.map((known) => `'${known}'`).join(', ');
  throw new QueptError('invalid_request', `The metadata 'x-service-tier' must be one of ${words}.`, {
    param: 'x-service-tier',
  });
}

function agreed<T>(field: string, value: T | null, metadata: string, told: T | null): T | null {
  if (value !== null && told !== null && value !== told) {
    throw new QueptError(
      'invalid_request',
      `'options.${field}' and the metadata '${metadata}' differ. Give only one.`,
      { param: `options.${field}` },
    );
  }
  return value ?? told;
}
