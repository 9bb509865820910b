import { describe, expect, it } from 'vitest';
import { uniformAt } from '../../../src/numerics/index.ts';

describe('uniformAt', () => {
  it('is SplitMix64, output by output', () => {
    // First outputs of SplitMix64 from state 1234567; uniformAt keeps the top 53 bits of each.
    const published = [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
    ];
    expect(published.map((_, i) => uniformAt(1234567, i))).toEqual(
      published.map((output) => Number(output >> 11n) / 2 ** 53),
    );
  });

  it('depends on seed and index only, in any order', () => {
    const forward = [0, 1, 2, 3].map((i) => uniformAt(42, i));
    const backward = [3, 2, 1, 0].map((i) => uniformAt(42, i)).reverse();
    expect(backward).toEqual(forward);
    expect(new Set(forward).size).toBe(4);
    expect(uniformAt(43, 0)).not.toBe(uniformAt(42, 0));
  });

  it('takes every safe integer as a seed', () => {
    for (const seed of [0, -1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) {
      const u = uniformAt(seed, 0);
      expect(u).toBeGreaterThanOrEqual(0);
      expect(u).toBeLessThan(1);
    }
    expect(() => uniformAt(0.5, 0)).toThrow(RangeError);
  });

  it.each([
    ['along one seed', (i: number) => uniformAt(7, i)],
    ['across neighbouring seeds', (i: number) => uniformAt(i, 0)],
  ])('fills the unit interval evenly %s', (_, draw) => {
    const cells = new Array<number>(64).fill(0);
    const draws = 64_000;
    for (let i = 0; i < draws; i++) {
      const cell = Math.floor(draw(i) * 64);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - draws / 64) ** 2 / (draws / 64), 0);
    // 63 degrees of freedom: the 0.1 % and 99.9 % quantiles.
    expect(chiSquare).toBeGreaterThan(32);
    expect(chiSquare).toBeLessThan(104);
  });
});
