import type { Allowance, RateLimits } from '../core/index.ts';
import type { KeyLimits } from './api-key.ts';
import type { LimitClaim, LimitName } from './limit-store.ts';

/** What is counted of one window, wherever it is kept. */
export interface CountState {
  readonly used: number;
  /** Until nothing is counted any more. */
  readonly emptyInMs: number;
}

/** What waiting cannot help: a claim that is larger than a limit. Null when there is none. */
export function impossibleClaim({ limits, tokens, generations }: LimitClaim): LimitName | null {
  const exceeds = (amount: number, limit: number | null) => limit !== null && amount > limit;
  if (exceeds(generations, limits.concurrency)) return 'concurrency';
  if (exceeds(tokens, limits.tokensPerMinute)) return 'tokens';
  if (exceeds(tokens, limits.tokensPerDay)) return 'daily_tokens';
  return null;
}

/** What a client is told of its limits. */
export function rateLimits(limits: KeyLimits, requests: CountState, tokens: CountState): RateLimits {
  return {
    requests: allowance(limits.requestsPerMinute, requests),
    tokens: allowance(limits.tokensPerMinute, tokens),
  };
}

function allowance(limit: number | null, { used, emptyInMs }: CountState): Allowance | null {
  if (limit === null) return null;
  return { limit, remaining: Math.max(0, limit - used), resetMs: Math.max(0, Math.ceil(emptyInMs)) };
}
