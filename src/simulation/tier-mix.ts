import { QueptError, SERVICE_TIERS, type ServiceTier } from '../core/index.ts';

/** Share of requests by tier; the shares add up to 1. */
export type TierMix = readonly { readonly tier: ServiceTier; readonly share: number }[];

export const DEFAULT_TIERS: TierMix = [{ tier: 'default', share: 1 }];

/**
 * `priority:0.1,default:0.7,flex:0.2`. Shares are taken by their sum, so that `priority:1,flex:3` is a mix too.
 *
 * @param option the flag, for messages
 * Throws QueptError `invalid_usage`.
 */
export function parseTierMix(text: string, option: string): TierMix {
  const parts = text.split(',').map((part) => {
    const [name, share] = /^\s*([a-z]+):(\d+(?:\.\d+)?)\s*$/.exec(part)?.slice(1) ?? [];
    const tier = SERVICE_TIERS.find((one) => one === name);
    if (tier === undefined) {
      const known = SERVICE_TIERS.map((one) => `${one}:SHARE`).join(', ');
      throw new QueptError('invalid_usage', `${option}: '${part}' is none of ${known}.`);
    }
    return { tier, share: Number(share) };
  });
  if (new Set(parts.map(({ tier }) => tier)).size < parts.length) {
    throw new QueptError('invalid_usage', `${option}: name each tier once.`);
  }
  const sum = parts.reduce((total, { share }) => total + share, 0);
  if (sum === 0) throw new QueptError('invalid_usage', `${option}: give at least one tier a share above 0.`);
  return parts.map(({ tier, share }) => ({ tier, share: share / sum }));
}

/** The tier at `uniform` (in [0, 1)) of the mix laid out as one line. */
export function drawTier(mix: TierMix, uniform: number): ServiceTier {
  let end = 0;
  let drawn: ServiceTier = 'default';
  for (const { tier, share } of mix) {
    if (share === 0) continue;
    drawn = tier;
    end += share;
    if (uniform < end) break;
  }
  return drawn;
}
