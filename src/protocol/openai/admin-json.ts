import type { KeyStatus, ServerStatus } from '../../core/index.ts';

/** An API key for the admin endpoints. */
export function keyStatusJson(key: KeyStatus) {
  return {
    id: key.id,
    object: 'api_key',
    name: key.name,
    state: key.state,
    expires: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
    scopes: key.scopes,
    tiers: key.tiers,
    default_tier: key.defaultTier,
    min_bits: key.minBits,
    max_bits: key.maxBits,
    requests_per_minute: key.requestsPerMinute,
    tokens_per_minute: key.tokensPerMinute,
    tokens_per_day: key.tokensPerDay,
    concurrency: key.concurrency,
  };
}

export function serverStatusJson({ ready, reason, draining, inFlight, running }: ServerStatus) {
  return { object: 'server.status', ready, reason, draining, in_flight: inFlight, running };
}
