import { describe, expect, it } from 'vitest';
import type { GrantedClaim, LimitClaim } from '../../../src/access/limit-store.ts';
import { MemoryLimitStore } from '../../../src/access/memory-limit-store.ts';
import { NO_LIMITS } from '../../support/api-key.ts';

function rig(limits: Partial<LimitClaim['limits']>) {
  const clock = { ms: 0, now: () => clock.ms };
  const store = new MemoryLimitStore(clock);
  const claim = (tokens = 0, generations = 0, keyId = 'a') =>
    store.claim({ keyId, limits: { ...NO_LIMITS, ...limits }, tokens, generations });
  return { clock, store, claim };
}

async function granted(claim: ReturnType<ReturnType<typeof rig>['claim']>): Promise<GrantedClaim> {
  const outcome = await claim;
  if (!outcome.granted) throw new Error(`refused for ${outcome.limit}`);
  return outcome;
}

describe('MemoryLimitStore', () => {
  it('[U2] grants exactly the requests of a minute, and the next when the first has left', async () => {
    const { clock, claim } = rig({ requestsPerMinute: 50 });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => claim()));
    expect(outcomes.filter((outcome) => outcome.granted)).toHaveLength(50);
    expect(outcomes[49]?.state.requests).toEqual({ limit: 50, remaining: 0, resetMs: 61_000 });
    expect(outcomes.at(-1)).toMatchObject({ granted: false, limit: 'requests', retryAfterMs: 61_000 });
    clock.ms = 60_999;
    expect((await claim()).granted).toBe(false);
    clock.ms = 61_000;
    expect(await claim()).toMatchObject({ granted: true, state: { requests: { remaining: 49 } } });
  });

  it('[U2] grants exactly the tokens of a minute, whatever they were estimated to be', async () => {
    const { claim } = rig({ tokensPerMinute: 1_000 });
    let used = 0;
    for (;;) {
      const outcome = await claim(100);
      if (!outcome.granted) break;
      await outcome.settle({ requests: 1, tokens: 30 });
      used += 30;
    }
    // As long as the next estimate fits.
    expect(used).toBe(930);
  });

  it('counts what a request used beyond its estimate against those after it', async () => {
    const { clock, claim } = rig({ tokensPerMinute: 100 });
    const first = await granted(claim(10));
    clock.ms = 2_000;
    await first.settle({ requests: 1, tokens: 150 });
    expect(await claim(1)).toMatchObject({
      granted: false,
      limit: 'tokens',
      retryAfterMs: 61_000,
      state: { tokens: { limit: 100, remaining: 0 } },
    });
  });

  it('forgets a call that shall not count', async () => {
    const { claim, store } = rig({ requestsPerMinute: 1, tokensPerMinute: 10 });
    await (await granted(claim(10, 1))).settle({ requests: 0, tokens: 0 });
    expect(await store.usage('a')).toEqual({
      requestsLastMinute: 0,
      tokensLastMinute: 0,
      tokensLastDay: 0,
      generations: 0,
    });
    await granted(claim(10, 1));
  });

  it('lets as many answers be in the making as it may, and no more', async () => {
    const { claim } = rig({ concurrency: 3 });
    const two = await granted(claim(0, 2));
    await granted(claim(0, 1));
    expect(await claim(0, 1)).toMatchObject({ granted: false, limit: 'concurrency', retryAfterMs: null });
    await two.settle({ requests: 1, tokens: 0 });
    await granted(claim(0, 2));
  });

  it('names the limit that lasts longest', async () => {
    const { clock, claim } = rig({ requestsPerMinute: 1, tokensPerMinute: 10, tokensPerDay: 20 });
    await granted(claim(10));
    expect(await claim(1)).toMatchObject({ limit: 'requests' });
    clock.ms = 70_000;
    await granted(claim(10));
    expect(await claim(1)).toMatchObject({ limit: 'daily_tokens', retryAfterMs: 87_840_000 - 70_000 });
    clock.ms = 87_840_000;
    await granted(claim(10));
  });

  it('counts nothing of a claim that is refused, and keys apart', async () => {
    const { claim, store } = rig({ requestsPerMinute: 2, tokensPerMinute: 10 });
    await granted(claim(8));
    expect((await claim(8)).granted).toBe(false);
    expect(await store.usage('a')).toMatchObject({ requestsLastMinute: 1, tokensLastMinute: 8 });
    await granted(claim(8, 0, 'b'));
  });
});
