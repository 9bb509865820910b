import { describe, expect, it } from 'vitest';
import { goDuration, rateLimitHeaders } from '../../../src/protocol/index.ts';

describe('goDuration', () => {
  // What Go's time.Duration.String says.
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [1, '1ms'],
    [999.2, '1s'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [61_250, '1m1.25s'],
    [360_000, '6m0s'],
    [3_600_000, '1h0m0s'],
    [87_000_000, '24h10m0s'],
  ])('writes %d ms as %s', (ms, text) => expect(goDuration(ms)).toBe(text));
});

describe('rateLimitHeaders', () => {
  it('tells of the limits that there are', () => {
    expect(rateLimitHeaders(null)).toEqual({});
    const tokens = { limit: 100, remaining: 40, resetMs: 6_000 };
    expect(rateLimitHeaders({ requests: null, tokens })).toEqual({
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '40',
      'x-ratelimit-reset-tokens': '6s',
    });
  });
});
