import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuseFeatures } from '../../../src/calibration/fuse-features.ts';

/** Tokens as rows of two numbers. */
const rows = (...tokens: number[][]) => Float32Array.from(tokens.flat());
const tokensOf = (features: Float32Array) =>
  Array.from({ length: features.length / 2 }, (_, t) => [...features.subarray(2 * t, 2 * t + 2)]);

describe('fuseFeatures', () => {
  test('the half that agrees keeps the highest precision, the other half is 0.3, 0.3 and 0.4 of each', () => {
    const low = rows([1, 0], [1, 0], [0, 1], [3, 3]);
    const middle = rows([10, 10], [10, 10], [10, 10], [10, 10]);
    // Cosines with `low`: 1, 0, −1, 1.
    const high = rows([2, 0], [0, 5], [0, -5], [1, 1]);
    const fused = fuseFeatures([low, middle, high], 4);
    expect(fused).toBe(high);
    expect(tokensOf(fused)).toEqual([
      [2, 0],
      [0.3 * 1 + 0.3 * 10, 0.3 * 10 + 0.4 * 5].map(Math.fround),
      [0.3 * 10, 0.3 + 0.3 * 10 - 0.4 * 5].map(Math.fround),
      [1, 1],
    ]);
  });

  test('two groups and four are mixed in equal parts, lower features unchanged', () => {
    const low = rows([1, 0], [4, 0]);
    const two = fuseFeatures([low, rows([1, 0], [0, 8])], 2);
    expect(tokensOf(two)).toEqual([
      [1, 0],
      [2, 4],
    ]);
    expect(low).toEqual(rows([1, 0], [4, 0]));
    const four = fuseFeatures([rows([4, 0]), rows([8, 0]), rows([16, 4]), rows([0, 4])], 1);
    expect(tokensOf(four)).toEqual([[7, 2]]);
  });

  test('of equal likeness the earlier token is kept, and of an odd number the smaller half', () => {
    const low = rows([1, 0], [1, 0], [1, 0]);
    expect(tokensOf(fuseFeatures([low, rows([3, 0], [3, 0], [3, 0])], 3))).toEqual([
      [3, 0],
      [2, 0],
      [2, 0],
    ]);
  });

  test('a zero vector is like nothing: finite, and behind any that agrees', () => {
    const low = rows([0, 0], [1, 1]);
    expect(tokensOf(fuseFeatures([low, rows([8, 8], [2, 2])], 2))).toEqual([
      [4, 4],
      [2, 2],
    ]);
    expect(tokensOf(fuseFeatures([rows([0, 0]), rows([0, 0])], 1))).toEqual([[0, 0]]);
  });

  test('one group is its own fusion', () => {
    const only = rows([1, 2], [3, 4]);
    expect(fuseFeatures([only], 2)).toBe(only);
    expect(only).toEqual(rows([1, 2], [3, 4]));
  });

  test('groups that agree entirely fuse to what they agree on, whatever their number', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 5 }), (numbers, groups) => {
        const even = Float32Array.from(numbers.slice(0, numbers.length - (numbers.length % 2)));
        const fused = fuseFeatures(
          Array.from({ length: groups }, () => even.slice()),
          even.length / 2,
        );
        fused.forEach((value, i) => {
          expect(Math.abs(value - even[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(even[i]!));
        });
      }),
    );
  });
});
