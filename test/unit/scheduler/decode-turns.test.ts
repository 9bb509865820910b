import { describe, expect, it } from 'vitest';
import { decodeLoadMs, keepableTargetMs, paceOf, turnAtMs } from '../../../src/scheduler/decode-pace.ts';
import { decodeTurns } from '../../../src/scheduler/decode-turns.ts';
import type { RequestView, SchedulingView } from '../../../src/scheduler/index.ts';
import { request, view } from '../../support/hand-made-view.ts';
import { LinearCost } from '../../support/linear-cost.ts';

/** A pass takes 4 ms and 1 ms a row at the lowest rung, 4 and 2 at the highest. */
const cost = new LinearCost({ pass: [4, 4, 4, 4], row: [1, 1, 1, 2], token: [1, 1, 1, 1] });
const situation: SchedulingView = view({ cost, limits: { prefillChunk: 8, maxBatch: 8 } });

function decoding(tpotMs: number, fields: Partial<RequestView> = {}): RequestView {
  const { level } = request('');
  return request('r', { level: { ...level, tpotMs }, maxTokens: 1000, ...fields });
}

describe('paceOf', () => {
  it('aims at 95 % of the target for a request whose tokens came at that pace', () => {
    const row = decoding(20, { firstTokenAtMs: 100, generatedTokens: 11, lastTokenAtMs: 290 });
    expect(paceOf(situation, row)).toEqual({ request: row, targetMs: 19, paceMs: 19, dueAtMs: 309 });
  });

  it('spreads what it is ahead or behind over 16 tokens, within bounds', () => {
    const last = (lastTokenAtMs: number): number =>
      paceOf(situation, decoding(20, { firstTokenAtMs: 100, generatedTokens: 11, lastTokenAtMs })).paceMs;
    expect(last(258)).toBe(21);
    expect(last(322)).toBe(17);
    expect(last(110)).toBe(23.75);
    expect(last(900)).toBe(9.5);
  });

  it('asks no more than that of a request that cannot catch up before it ends', () => {
    const late = { firstTokenAtMs: 100, generatedTokens: 11, lastTokenAtMs: 340 };
    expect(paceOf(situation, decoding(20, { ...late, maxTokens: 17 })).paceMs).toBe(15.875);
    expect(paceOf(situation, decoding(20, { ...late, maxTokens: 16 })).paceMs).toBe(19);
  });

  it('reads a target that is out of reach as twice what the machine needs', () => {
    expect(keepableTargetMs(situation, decoding(5))).toBe(5);
    expect(keepableTargetMs(situation, decoding(4.9))).toBe(10);
    expect(keepableTargetMs(situation, decoding(5, { floor: 3 }))).toBe(12);
    expect(keepableTargetMs(situation, decoding(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('decodeLoadMs', () => {
  const row = (rung: number, paceMs: number) => ({ rung, context: 0, paceMs });

  it('is a pass for each group, in batches of maxBatch', () => {
    expect(decodeLoadMs(situation, [])).toBe(0);
    expect(decodeLoadMs(situation, [row(3, 20), row(3, 20)])).toBe(8);
    expect(decodeLoadMs(situation, [row(3, 20), row(0, 20)])).toBe(11);
    const small = { ...situation, limits: { prefillChunk: 8, maxBatch: 1 } };
    expect(decodeLoadMs(small, [row(3, 20), row(3, 20)])).toBe(12);
  });

  it('counts a row that bears a slower pace for its share of steps', () => {
    // One row in every step, two more in every second: as one more in every step.
    expect(decodeLoadMs(situation, [row(0, 20), row(0, 40), row(0, 40)])).toBe(6);
    // A group of its own runs in every fourth step.
    expect(decodeLoadMs(situation, [row(0, 20), row(3, 80)])).toBe(5 + 6 / 4);
  });

  it('counts a row without a target as one that pauses for 250 ms, where others have one', () => {
    expect(decodeLoadMs(situation, [row(0, 25), row(3, Number.POSITIVE_INFINITY)])).toBe(5 + 6 / 10);
    expect(decodeLoadMs(situation, [row(3, Number.POSITIVE_INFINITY)])).toBe(6);
  });
});

describe('decodeTurns', () => {
  const paced = (id: string, tpotMs: number, dueAtMs: number, lastTokenAtMs = 0) => ({
    request: decoding(tpotMs, { id, lastTokenAtMs }),
    targetMs: tpotMs,
    paceMs: tpotMs,
    dueAtMs,
  });
  const ids = (rows: ReturnType<typeof decodeTurns>): string[] => rows.map((row) => row.request.id);

  it('lets everyone decode in a step that keeps the strictest pace', () => {
    const rows = [paced('a', 10, 10), paced('b', 100, 100)];
    expect(ids(decodeTurns(rows, 0, 10, 10))).toEqual(['a', 'b']);
  });

  it('else lets those sit out whose next token can wait for another step', () => {
    const rows = [paced('strict', 10, 10), paced('soon', 100, 24), paced('later', 100, 25)];
    expect(ids(decodeTurns(rows, 0, 12, 10))).toEqual(['strict', 'soon']);
  });

  it('always lets the most urgent decode', () => {
    expect(ids(decodeTurns([paced('a', 100, 500), paced('b', 100, 240)], 0, 12, 10))).toEqual(['b']);
  });

  it('bounds a pause, however far ahead of its target a request is', () => {
    expect(turnAtMs(paced('ahead', 100, 9000, 40))).toBe(290);
    expect(turnAtMs(paced('slow', 400, 9000, 40))).toBe(440);
    expect(turnAtMs(paced('free', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 40))).toBe(290);
    const rows = [paced('strict', 10, 10), paced('free', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)];
    expect(ids(decodeTurns(rows, 225, 12, 10))).toEqual(['strict']);
    expect(ids(decodeTurns(rows, 226, 12, 10))).toEqual(['strict', 'free']);
  });
});
