import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearCost, longestStepMs } from '../../../src/scheduler/index.ts';

const BOUNDS = { rungs: 3, slots: 4, prefillChunk: 16, contextLength: 100 };

/** Integers, so that sums of any size are exact. */
const weight = fc.integer({ min: 0, max: 1000 });
const weights = (features: number) => fc.array(weight, { minLength: features, maxLength: features });
const perRung = (features: number) => fc.array(weights(features), { minLength: 3, maxLength: 3 });

describe('the longest step', () => {
  it('is what a machine of known cost takes for it', () => {
    const free = [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const cost = linearCost({
      slowness: 2,
      weights: {
        // 10 a pass and 1 a row, at the last rung twice that.
        decode: [
          [10, 1, 0, 0],
          [10, 1, 0, 0],
          [20, 2, 0, 0],
        ],
        prefill: [...free.slice(0, 2), [5, 1, 0]],
      },
    });
    // Three groups of two rows (12 + 12 + 24) outweigh one of four (28); a chunk of 16 costs 21.
    expect(longestStepMs(cost, BOUNDS)).toBe(2 * (48 + 21));
  });

  it('is half of any step that can be planned, or more', () => {
    const group = fc.record({
      rung: fc.integer({ min: 0, max: 2 }),
      context: fc.integer({ min: 1, max: 100 }),
    });
    const step = fc.record({
      rows: fc.array(group, { minLength: 1, maxLength: 4 }),
      chunk: fc.record({
        rung: fc.integer({ min: 0, max: 2 }),
        tokens: fc.integer({ min: 1, max: 16 }),
        before: fc.integer({ min: 0, max: 84 }),
      }),
    });
    fc.assert(
      fc.property(perRung(4), perRung(3), step, (decode, prefill, { rows, chunk }) => {
        const cost = linearCost({ slowness: 1, weights: { decode, prefill } });
        let ms = cost.stepMs({
          phase: 'prefill',
          rung: chunk.rung,
          rows: 1,
          tokens: chunk.tokens,
          contextTokens: chunk.before,
          movedRows: 0,
        });
        for (const rung of new Set(rows.map((row) => row.rung))) {
          const members = rows.filter((row) => row.rung === rung);
          const contextTokens = members.reduce((sum, { context }) => sum + context, 0);
          const counts = { rows: members.length, tokens: members.length, movedRows: members.length };
          ms += cost.stepMs({ phase: 'decode', rung, contextTokens, ...counts });
        }
        expect(ms).toBeLessThanOrEqual(2 * longestStepMs(cost, BOUNDS));
      }),
    );
  });
});
