import type { RateLimits } from '../core/index.ts';
import type { KeyLimits } from './api-key.ts';

/** What a call is about to use: one request, and this. */
export interface LimitClaim {
  readonly keyId: string;
  readonly limits: KeyLimits;
  /** Estimated, prompts and answers. */
  readonly tokens: number;
  /** Answers that will be in the making at once. */
  readonly generations: number;
}

/** A bound that a call ran into. */
export type LimitName = 'requests' | 'tokens' | 'daily_tokens' | 'concurrency';

/** What a call turned out to use. */
export interface CallUse {
  /** 0 where the call shall not count. */
  readonly requests: 0 | 1;
  readonly tokens: number;
}

export interface GrantedClaim {
  readonly granted: true;
  /** After the claim. */
  readonly state: RateLimits;
  /** Puts what was used in the place of what was claimed. To be called once; never rejects. */
  settle(use: CallUse): Promise<void>;
}

export interface RefusedClaim {
  readonly granted: false;
  readonly limit: LimitName;
  readonly state: RateLimits;
  /** When the same claim would be granted if nobody else claimed anything; null where that cannot be known. */
  readonly retryAfterMs: number | null;
}

/** What is in use of one key. */
export interface KeyUsage {
  readonly requestsLastMinute: number;
  readonly tokensLastMinute: number;
  readonly tokensLastDay: number;
  readonly generations: number;
}

/**
 * Counts what keys use. A claim is granted whole, or refused and nothing is counted. In no period of a minute (a day)
 * is more granted than its limit; what a call uses beyond its claim is counted when it is settled, and delays those
 * after it.
 */
export interface LimitStore {
  /** Rejects only when the store cannot be reached. */
  claim(claim: LimitClaim): Promise<GrantedClaim | RefusedClaim>;
  /** Rejects like `claim`. */
  usage(keyId: string): Promise<KeyUsage>;
  /** Whether other replicas count along at the moment. */
  readonly isShared: boolean;
  close(): Promise<void>;
}
