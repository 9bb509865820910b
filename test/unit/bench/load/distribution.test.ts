import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../../../src/bench/load/distribution.ts';
import { percentile } from '../../../../src/numerics/index.ts';

describe('distributionOf', () => {
  it('interpolates between order statistics', () => {
    // 0, 1, …, 200, in no order: the percentile p is 2p.
    const values = Array.from({ length: 201 }, (_, i) => (i * 77) % 201);
    const { quantiles = [], ...told } = distributionOf(values) ?? {};
    expect(told).toEqual({ count: 201, mean: 100, p50: 100, p90: 180, p95: 190, p99: 198, max: 200 });
    expect(quantiles).toHaveLength(101);
    quantiles.forEach((value, percent) => {
      expect(value).toBeCloseTo(2 * percent, 9);
    });
    expect(distributionOf([3, 1])?.p90).toBeCloseTo(2.8, 12);
  });

  it('has nothing to tell of no values, and one thing of one', () => {
    expect(distributionOf([])).toBeNull();
    expect(distributionOf([7])).toMatchObject({ count: 1, mean: 7, p50: 7, p99: 7, max: 7 });
  });

  it('agrees with percentiles taken one by one, and rises', () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(numbers, (values) => {
        const { quantiles = [] } = distributionOf(values) ?? {};
        quantiles.forEach((value, i) => {
          expect(value).toBe(percentile(values, i / 100));
          expect(value).toBeGreaterThanOrEqual(quantiles[i - 1] ?? value);
        });
      }),
    );
  });
});
