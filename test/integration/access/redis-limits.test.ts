import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FallbackLimitStore } from '../../../src/access/fallback-limit-store.ts';
import type { GrantedClaim, LimitClaim, LimitStore } from '../../../src/access/limit-store.ts';
import { MemoryLimitStore } from '../../../src/access/memory-limit-store.ts';
import { RedisConnection, redisScript } from '../../../src/access/redis-connection.ts';
import { RedisLimitStore } from '../../../src/access/redis-limit-store.ts';
import { createLogger } from '../../../src/observability/index.ts';
import { NO_LIMITS } from '../../support/api-key.ts';
import { NEEDS_REDIS, REDIS_PASSWORD, type RedisServer, startRedis } from '../../support/redis-server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const START_MS = 1_800_000_000_000;
const TIMEOUT_MS = 250;

let redis: RedisServer | null;
const open: LimitStore[] = [];
let keys = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});
afterAll(() => redis?.stop());

/** A connected store; without `nowMs` on Redis's own clock. */
async function connected(nowMs?: () => number): Promise<RedisLimitStore> {
  const store = new RedisLimitStore(await RedisConnection.open(redis?.url ?? '', TIMEOUT_MS), nowMs);
  open.push(store);
  await untilReached(store);
  return store;
}

async function untilReached(store: LimitStore): Promise<void> {
  while (
    !(await store.usage('nobody').then(
      () => true,
      () => false,
    ))
  )
    await pause(10);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function claimOf(limits: Partial<LimitClaim['limits']>, tokens = 0, generations = 0): LimitClaim {
  return { keyId: `key-${keys}`, limits: { ...NO_LIMITS, ...limits }, tokens, generations };
}

/** An outcome without its function. */
function told(outcome: object): object {
  return Object.fromEntries(Object.entries(outcome).filter(([name]) => name !== 'settle'));
}

describe('limits in Redis', () => {
  it('[U2] are what limits in memory are, whatever is claimed, settled and waited for', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    const steps = fc.array(
      fc.oneof(
        fc.record({ claim: fc.integer({ min: 0, max: 40 }) }),
        fc.record({
          settle: fc.nat(20),
          tokens: fc.nat(60),
          requests: fc.constantFrom(0 as const, 1 as const),
        }),
        fc.record({ waitMs: fc.nat(40_000) }),
      ),
      { minLength: 10, maxLength: 50 },
    );
    const limits = { requestsPerMinute: 8, tokensPerMinute: 120, tokensPerDay: 300 };
    const clock = { ms: START_MS, now: () => clock.ms };
    const shared = await connected(() => clock.ms);
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        keys++;
        clock.ms = START_MS;
        const memory = new MemoryLimitStore(clock);
        const granted: GrantedClaim[][] = [];
        for (const step of all) {
          if ('waitMs' in step) {
            clock.ms += step.waitMs;
          } else if ('claim' in step) {
            const claim = claimOf(limits, step.claim);
            const outcomes = [await memory.claim(claim), await shared.claim(claim)];
            expect(told(outcomes[1] as object)).toEqual(told(outcomes[0] as object));
            const both = outcomes.filter((outcome) => outcome.granted);
            if (both.length > 0) granted.push(both);
          } else {
            const use = { tokens: step.tokens, requests: step.requests };
            const [both] = granted.splice(step.settle % Math.max(1, granted.length), 1);
            for (const each of both ?? []) await each.settle(use);
          }
          expect(await shared.usage(`key-${keys}`)).toEqual(await memory.usage(`key-${keys}`));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('[U2] are one budget for all who use them at once', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    keys++;
    const replicas = await Promise.all([connected(), connected(), connected()]);
    const claims = Array.from({ length: 300 }, (_, i) =>
      replicas[i % 3]?.claim(claimOf({ requestsPerMinute: 100, tokensPerMinute: 990 }, 10, 1)),
    );
    const outcomes = (await Promise.all(claims)).filter((outcome) => outcome !== undefined);
    expect(outcomes.filter(({ granted }) => granted)).toHaveLength(99);
    expect(await replicas[0]?.usage(`key-${keys}`)).toMatchObject({ tokensLastMinute: 990, generations: 99 });
  });

  it('are never less than nothing when Redis has lost what was counted', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    keys++;
    const connection = await RedisConnection.open(redis.url, TIMEOUT_MS);
    const store = new RedisLimitStore(connection, () => START_MS);
    open.push(store);
    const first = await store.claim(claimOf({}, 10, 1));
    await connection.run(redisScript("return redis.call('FLUSHALL')"), [], []);
    await store.claim(claimOf({}, 3, 1));
    if (first.granted) await first.settle({ requests: 1, tokens: 0 });
    expect(await store.usage(`key-${keys}`)).toEqual({
      requestsLastMinute: 1,
      tokensLastMinute: 0,
      tokensLastDay: 0,
      generations: 1,
    });
  });

  it('bound answers in the making, and forget those of a replica that has died', async (context) => {
    if (redis === null) return context.skip(NEEDS_REDIS);
    keys++;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let nowMs = START_MS;
      const [first, second] = await Promise.all([connected(() => nowMs), connected(() => nowMs)]);
      const claim = claimOf({ concurrency: 2 }, 0, 2);
      const granted = await first.claim(claim);
      expect(await second.claim(claim)).toMatchObject({ granted: false, limit: 'concurrency' });
      nowMs += 20_000;
      vi.advanceTimersByTime(10_000);
      await untilReached(first);
      nowMs += 20_000;
      expect(await second.claim(claim)).toMatchObject({ granted: false, limit: 'concurrency' });
      nowMs += 11_000;
      expect((await second.claim(claim)).granted).toBe(true);
      if (granted.granted) await granted.settle({ requests: 1, tokens: 0 });
      expect((await second.usage(`key-${keys}`)).generations).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a Redis that goes away', () => {
  async function rig(url: string) {
    const lines: string[] = [];
    const states: boolean[] = [];
    const clock = new VirtualClock();
    const store = new FallbackLimitStore({
      shared: new RedisLimitStore(await RedisConnection.open(url, TIMEOUT_MS)),
      local: new MemoryLimitStore(clock),
      clock,
      logger: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
      onState: (shared) => states.push(shared),
    });
    open.push(store);
    /** Asks until the store is what is expected, past every pause. */
    const until = async (shared: boolean): Promise<void> => {
      for (;;) {
        clock.advance(5_000);
        await store.usage('nobody');
        if (store.isShared === shared) return;
        await pause(20);
      }
    };
    return { store, lines, states, until };
  }

  it('leaves each process to keep the limits by itself, and is taken up again', async (context) => {
    const own = await startRedis();
    if (own === null) return context.skip(NEEDS_REDIS);
    keys++;
    const claim = claimOf({ requestsPerMinute: 1 });
    const { store, lines, states, until } = await rig(own.url);
    await until(true);
    expect((await store.claim(claim)).granted).toBe(true);
    expect((await store.claim(claim)).granted).toBe(false);
    await own.stop();
    await until(false);
    // Not unlimited: once more, counted here.
    expect((await store.claim(claim)).granted).toBe(true);
    expect((await store.claim(claim)).granted).toBe(false);
    const again = await startRedis(own.port);
    await until(true);
    await again?.stop();
    expect(states.slice(-3)).toEqual([true, false, true]);
    expect(lines.filter((line) => line.includes('cannot be reached')).length).toBeLessThanOrEqual(2);
    expect(lines.at(-1)).toContain('Redis is back');
    expect(lines.join('')).not.toContain(REDIS_PASSWORD);
  });

  it('or that hangs holds nobody up', async (context) => {
    const own = await startRedis();
    if (own === null) return context.skip(NEEDS_REDIS);
    keys++;
    const { store, until } = await rig(own.url);
    await until(true);
    own.pause();
    expect((await store.claim(claimOf({ requestsPerMinute: 1 }))).granted).toBe(true);
    expect(store.isShared).toBe(false);
    own.resume();
    await until(true);
    await own.stop();
  });

  it('is never there: limits are kept from the first request on', async () => {
    keys++;
    const { store } = await rig('redis://127.0.0.1:1');
    expect((await store.claim(claimOf({ requestsPerMinute: 1 }))).granted).toBe(true);
    expect((await store.claim(claimOf({ requestsPerMinute: 1 }))).granted).toBe(false);
    expect(store.isShared).toBe(false);
  });

  it.each(['http://host', 'host:6379', 'redis://', ''])('refuses the URL %j', async (url) => {
    await expect(RedisConnection.open(url, TIMEOUT_MS)).rejects.toThrow('redisUrl: must be a URL');
  });
});
