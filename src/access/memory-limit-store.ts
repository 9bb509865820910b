import type { Clock } from '../core/index.ts';
import { type CountState, rateLimits } from './limit-rules.ts';
import type {
  CallUse,
  GrantedClaim,
  KeyUsage,
  LimitClaim,
  LimitName,
  LimitStore,
  RefusedClaim,
} from './limit-store.ts';
import { DAY, MINUTE } from './limit-windows.ts';
import { SlidingCount } from './sliding-count.ts';

/** What is counted of one key. */
class KeyCounts {
  readonly requests = new SlidingCount(MINUTE);
  readonly tokens = new SlidingCount(MINUTE);
  readonly daily = new SlidingCount(DAY);
  generations = 0;
}

/** Limits of one process, exact at any moment. */
export class MemoryLimitStore implements LimitStore {
  readonly isShared = false;
  readonly #clock: Clock;
  readonly #counts = new Map<string, KeyCounts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async claim(claim: LimitClaim): Promise<GrantedClaim | RefusedClaim> {
    const { keyId, limits, tokens, generations } = claim;
    const nowMs = this.#clock.now();
    const counts = this.#countsOf(keyId);
    const refused = refusal(counts, claim, nowMs);
    if (refused !== null) {
      return { granted: false, ...refused, state: stateOf(counts, claim, nowMs) };
    }
    const slots = {
      requests: counts.requests.add(1, nowMs),
      tokens: counts.tokens.add(tokens, nowMs),
      daily: counts.daily.add(tokens, nowMs),
    };
    counts.generations += generations;
    const settle = async (use: CallUse): Promise<void> => {
      const endMs = this.#clock.now();
      counts.requests.correct(slots.requests, use.requests - 1, endMs);
      counts.tokens.correct(slots.tokens, use.tokens - tokens, endMs);
      counts.daily.correct(slots.daily, use.tokens - tokens, endMs);
      counts.generations -= generations;
    };
    return { granted: true, state: stateOf(counts, { limits }, nowMs), settle };
  }

  async usage(keyId: string): Promise<KeyUsage> {
    const nowMs = this.#clock.now();
    const counts = this.#countsOf(keyId);
    return {
      requestsLastMinute: counts.requests.total(nowMs),
      tokensLastMinute: counts.tokens.total(nowMs),
      tokensLastDay: counts.daily.total(nowMs),
      generations: counts.generations,
    };
  }

  async close(): Promise<void> {}

  #countsOf(keyId: string): KeyCounts {
    const known = this.#counts.get(keyId);
    if (known !== undefined) return known;
    const counts = new KeyCounts();
    this.#counts.set(keyId, counts);
    return counts;
  }
}

function stateOf(counts: KeyCounts, { limits }: Pick<LimitClaim, 'limits'>, nowMs: number) {
  const state = (count: SlidingCount): CountState => ({
    used: count.total(nowMs),
    emptyInMs: count.emptyInMs(nowMs),
  });
  return rateLimits(limits, state(counts.requests), state(counts.tokens));
}

/** The limit that the claim breaks, and until when; null for none. Of several it is the one that lasts. */
function refusal(
  counts: KeyCounts,
  { limits, tokens, generations }: LimitClaim,
  nowMs: number,
): { limit: LimitName; retryAfterMs: number | null } | null {
  const wait = (count: SlidingCount, amount: number, most: number | null): number =>
    most === null ? 0 : count.withinInMs(most - amount, nowMs);
  const dailyMs = wait(counts.daily, tokens, limits.tokensPerDay);
  if (dailyMs > 0) return { limit: 'daily_tokens', retryAfterMs: dailyMs };
  const requestsMs = wait(counts.requests, 1, limits.requestsPerMinute);
  const tokensMs = wait(counts.tokens, tokens, limits.tokensPerMinute);
  if (tokensMs > requestsMs) return { limit: 'tokens', retryAfterMs: tokensMs };
  if (requestsMs > 0) return { limit: 'requests', retryAfterMs: requestsMs };
  if (limits.concurrency !== null && counts.generations + generations > limits.concurrency) {
    return { limit: 'concurrency', retryAfterMs: null };
  }
  return null;
}
