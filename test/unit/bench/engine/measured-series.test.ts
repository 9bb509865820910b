import { describe, expect, test } from 'vitest';
import { pairedRatio, summarize } from '../../../../src/bench/engine/measured-series.ts';

describe('summarize', () => {
  test('gives the median, the smallest and the largest round', () => {
    expect(summarize([5, 1, 9, 2])).toEqual({ median: 3.5, min: 1, max: 9 });
  });
});

describe('pairedRatio', () => {
  test('is not moved by a machine that slows down for a while', () => {
    const theirs = [20, 20, 200, 200, 20];
    const ours = [10, 10, 100, 100, 10];
    expect(pairedRatio(theirs, ours)).toBe(2);
  });

  test('takes the median of the rounds, not the ratio of medians', () => {
    expect(pairedRatio([1, 6, 30], [1, 2, 3])).toBe(3);
    expect(pairedRatio([30, 6, 1], [1, 2, 3])).toBe(3);
    expect(pairedRatio([4, 6, 1], [1, 2, 4])).toBe(3);
  });

  test('refuses series that are not of the same rounds', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow(/2 and 1 rounds/);
    expect(() => pairedRatio([], [])).toThrow(RangeError);
  });
});
