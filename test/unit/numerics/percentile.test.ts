import { describe, expect, it } from 'vitest';
import { median, percentile } from '../../../src/numerics/index.ts';

describe('percentile', () => {
  it('interpolates between order statistics', () => {
    const values = [40, 10, 30, 20];
    expect(percentile(values, 0)).toBe(10);
    expect(percentile(values, 1)).toBe(40);
    // rank 0.9·3 = 2.7, between 30 and 40
    expect(percentile(values, 0.9)).toBeCloseTo(37, 12);
    expect(median(values)).toBe(25);
    expect(median([3, 1, 2])).toBe(2);
    expect(percentile([7], 0.99)).toBe(7);
    expect(values).toEqual([40, 10, 30, 20]);
  });

  it('orders numbers as numbers and keeps infinities whole', () => {
    expect(median([100, 9, 20])).toBe(20);
    const infinite = Number.POSITIVE_INFINITY;
    expect(percentile([1, infinite, infinite], 0.75)).toBe(infinite);
  });

  it('refuses what has no percentile', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => median([1, Number.NaN])).toThrow(RangeError);
    expect(() => percentile([1], 1.01)).toThrow(RangeError);
    expect(() => percentile([1], Number.NaN)).toThrow(RangeError);
  });
});
