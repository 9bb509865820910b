import type { KeyScope, ServiceTier } from '../core/index.ts';

/** Limits of one key; null for none. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null;
  /** Prompts and answers together. */
  readonly tokensPerMinute: number | null;
  readonly tokensPerDay: number | null;
  /** Answers that may be in the making at once. */
  readonly concurrency: number | null;
}

/** A key as the server knows it: everything but the key. */
export interface ApiKey {
  /** For logs, metrics and limits; unique. */
  readonly id: string;
  /** SHA-256 of each secret that opens it. */
  readonly digests: readonly Buffer[];
  /** For people; null for none. */
  readonly name: string | null;
  /** Milliseconds since the epoch; null for never. */
  readonly expiresAtMs: number | null;
  readonly disabled: boolean;
  readonly scopes: ReadonlySet<KeyScope>;
  readonly tiers: ReadonlySet<ServiceTier>;
  /** Of requests that name none. */
  readonly defaultTier: ServiceTier;
  /** Average bits that its requests are served at, at least and at most; null for no bound of its own. */
  readonly minBits: number | null;
  readonly maxBits: number | null;
  readonly limits: KeyLimits;
}
