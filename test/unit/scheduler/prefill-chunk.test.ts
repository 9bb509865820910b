import { describe, expect, it } from 'vitest';
import type { PacedRequest } from '../../../src/scheduler/decode-pace.ts';
import type { SchedulingView } from '../../../src/scheduler/index.ts';
import { prefillChunkTokens, wantedChunkTokens } from '../../../src/scheduler/prefill-chunk.ts';
import { PrefillForecast } from '../../../src/scheduler/prefill-forecast.ts';
import { prefillShare } from '../../../src/scheduler/prefill-share.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { LinearCost } from '../../support/linear-cost.ts';

/** A chunk of n tokens takes 4 + n ms at any rung. */
const cost = new LinearCost({ pass: [4, 4, 4, 4], row: [1, 1, 1, 1], token: [1, 1, 1, 1] });
const at = (nowMs: number, lastPrefillAtMs: number | null): SchedulingView =>
  view({ cost, nowMs, lastPrefillAtMs, limits: { prefillChunk: 64, maxBatch: 8 } });
const long = prompt('p', { promptTokens: 100 });
const never = Number.POSITIVE_INFINITY;

describe('wantedChunkTokens', () => {
  it('is all that may be, with nobody decoding or no pace to keep', () => {
    expect(wantedChunkTokens(at(0, null), long, 3, 0, never)).toBe(64);
    expect(wantedChunkTokens(at(0, null), long, 3, 10, never)).toBe(64);
    expect(wantedChunkTokens(at(0, null), prompt('p', { promptTokens: 7 }), 3, 0, never)).toBe(7);
  });

  it('fills 1.75 paces with the decoding, or doubles the time of decoding alone, and is a token at least', () => {
    expect(wantedChunkTokens(at(0, null), long, 3, 15, 20)).toBe(16);
    expect(wantedChunkTokens(at(0, null), long, 3, 40, 20)).toBe(36);
    expect(wantedChunkTokens(at(0, null), long, 3, 1, 2)).toBe(1);
  });
});

describe('prefillChunkTokens', () => {
  const decoder = (dueAtMs: number, targetMs = 20): PacedRequest => ({
    request: request('d'),
    targetMs,
    paceMs: targetMs,
    dueAtMs,
  });
  /** Beside 10 ms of decoding: 21 tokens are wanted, which take 25 ms. */
  const tokens = (nowMs: number, lastPrefillAtMs: number | null, row: PacedRequest, takes: boolean): number =>
    prefillChunkTokens(at(nowMs, lastPrefillAtMs), long, 3, 10, [row], new Set(takes ? [row.request] : []));

  it('runs when what decoders have in hand pays for it', () => {
    // Its next token takes 10 ms of decoding, and is told when the chunk is over.
    expect(tokens(1000, 1000, decoder(1035), true)).toBe(21);
    expect(tokens(1000, 1000, decoder(1034), true)).toBe(0);
    // Sitting this step out, its next token waits for the chunk and the next step.
    expect(tokens(1000, 1000, decoder(1045), false)).toBe(21);
    expect(tokens(1000, 1000, decoder(1044), false)).toBe(0);
  });

  it('runs after a while however late the decoders are: prompts get 15 % of the time', () => {
    expect(tokens(1000, 1000 - 167, decoder(0), true)).toBe(21);
    expect(tokens(1000, 1000 - 166, decoder(0), true)).toBe(0);
    expect(tokens(1000, null, decoder(0), true)).toBe(21);
  });

  it('does not wait for decoders without a target', () => {
    expect(tokens(1000, 1000, decoder(never, never), true)).toBe(64);
  });
});

describe('prefillShare', () => {
  it('is what decoding leaves of the pace, at least 15 %, and no more than full chunks fill', () => {
    expect(prefillShare(0, 20, 100)).toBe(1);
    expect(prefillShare(15, 20, 100)).toBe(0.25);
    expect(prefillShare(19, 20, 100)).toBe(0.15);
    expect(prefillShare(50, 20, 100)).toBe(0.15);
    expect(prefillShare(10, never, 30)).toBe(0.75);
    expect(prefillShare(10, 1000, 30)).toBe(0.75);
  });
});

describe('PrefillForecast', () => {
  it('adds up the chunks of a prompt, and the decoding beside them', () => {
    const alone = new PrefillForecast(at(0, null), [], 0, never);
    expect(alone.workMs(long, 3)).toBe(108);
    expect(alone.wallMs(long, 3)).toBe(108);
    // 21 tokens a chunk: five passes.
    const beside = new PrefillForecast(at(0, null), [], 10, 20);
    expect(beside.workMs(long, 3)).toBe(120);
    expect(beside.wallMs(long, 3)).toBe(240);
    expect(beside.wallMs(long, 3, 15)).toBe(480);
    expect(beside.tokenCostMs(3)).toBeCloseTo(25 / 21, 9);
  });
});
