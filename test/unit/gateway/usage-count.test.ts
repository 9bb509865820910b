import { describe, expect, it } from 'vitest';
import type { TokenEvent } from '../../../src/core/index.ts';
import { UsageCount } from '../../../src/gateway/usage-count.ts';

const token: TokenEvent = { type: 'token', requestId: 'r', tokenId: 1, text: 'a', rung: 0 };
const failed = { type: 'failed', requestId: 'r', code: 'internal_error', message: 'm' } as const;

describe('UsageCount', () => {
  it('passes on what a finished request says of itself', async () => {
    const count = new UsageCount(7);
    const usage = { promptTokens: 7, completionTokens: 1, cachedTokens: 3 };
    const precision = { averageBits: 8, configs: [], switches: 0 };
    count.observe(token);
    count.observe({ type: 'finished', requestId: 'r', reason: 'stop', text: '', usage, precision });
    expect(await count.ended).toEqual(usage);
  });

  it('counts the prompt of a failed request when a token had come of it, and nothing before', async () => {
    const counts = [new UsageCount(7), new UsageCount(7)];
    counts[0]?.observe(token);
    for (const count of counts) count.observe(failed);
    expect(await Promise.all(counts.map(({ ended }) => ended))).toEqual([
      { promptTokens: 7, completionTokens: 1, cachedTokens: 0 },
      { promptTokens: 0, completionTokens: 0, cachedTokens: 0 },
    ]);
  });
});
