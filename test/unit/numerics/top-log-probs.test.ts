import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenLogProb, topLogProbs } from '../../../src/numerics/index.ts';

describe('topLogProbs', () => {
  it('agrees with sorting all of them, whatever the row', () => {
    const row = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(row, fc.integer({ min: 0, max: 12 }), (values, count) => {
        const logits = Float32Array.from(values, (value) => value / 2);
        const sorted = [...logits.keys()].sort(
          (a, b) => (logits[b] as number) - (logits[a] as number) || a - b,
        );
        const expected = sorted.slice(0, count).map((id) => ({ id, logprob: tokenLogProb(logits, id) }));
        expect(topLogProbs(logits, count)).toEqual(expected);
      }),
    );
  });

  it('is a distribution when all are asked for', () => {
    const all = topLogProbs(Float32Array.of(1, -2, 0.5, 3), 9);
    expect(all.map(({ id }) => id)).toEqual([3, 0, 2, 1]);
    expect(all.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 12);
  });

  it('refuses a row that holds no numbers', () => {
    expect(() => topLogProbs(Float32Array.of(Number.NaN, 1), 1)).toThrow();
  });
});
