import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addOuterProduct, nonNegativeLeastSquares } from '../../../src/numerics/index.ts';

function systemOf(rows: readonly number[][], values: readonly number[]) {
  const n = rows[0]?.length ?? 0;
  const gram = new Float64Array(n * n);
  const moment = new Float64Array(n);
  rows.forEach((row, k) => {
    addOuterProduct(gram, row, 1);
    row.forEach((x, i) => {
      moment[i] = (moment[i] ?? 0) + x * (values[k] ?? 0);
    });
  });
  return { gram, moment };
}

describe('nonNegativeLeastSquares', () => {
  it('recovers weights that explain the values, zeros among them', () => {
    const weights = [3, 0, 0.5];
    const rows = [
      [1, 2, 5],
      [1, 7, 1],
      [1, 1, 9],
      [1, 4, 4],
    ];
    const { gram, moment } = systemOf(
      rows,
      rows.map((row) => row.reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0)),
    );
    nonNegativeLeastSquares(gram, moment).forEach((x, i) => {
      expect(x).toBeCloseTo(weights[i] ?? 0, 9);
    });
  });

  it('puts at zero what would be negative, and refits the others', () => {
    // Free least squares of y = 1 − x at x = 0, 1, 2 has slope −1; without it the mean is left.
    const { gram, moment } = systemOf(
      [0, 1, 2].map((x) => [1, x]),
      [1, 0, -1 + 0.3],
    );
    expect([...nonNegativeLeastSquares(gram, moment)]).toEqual([expect.closeTo(0.1, 12), 0]);
  });

  it('leaves a direction that was never seen at zero', () => {
    const { gram, moment } = systemOf([[2, 0]], [6]);
    expect([...nonNegativeLeastSquares(gram, moment)]).toEqual([expect.closeTo(3, 9), 0]);
  });

  it('meets the conditions of the optimum for any system', () => {
    const size = fc.integer({ min: 1, max: 6 });
    // Coarse steps, so that columns come out equal or dependent often.
    const entry = fc.integer({ min: -6, max: 6 }).map((x) => x / 2);
    const systems = size.chain((n) =>
      fc.record({
        rows: fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 9 }),
        values: fc.array(entry, { minLength: 9, maxLength: 9 }),
      }),
    );
    fc.assert(
      fc.property(systems, ({ rows, values }) => {
        const { gram, moment } = systemOf(rows, values);
        const n = moment.length;
        const x = nonNegativeLeastSquares(gram, moment);
        x.forEach((weight, i) => {
          // Karush-Kuhn-Tucker: the gradient vanishes where x > 0 and points outwards where x = 0.
          const gradient = x.reduce(
            (sum, other, j) => sum + (gram[i * n + j] ?? 0) * other,
            -(moment[i] ?? 0),
          );
          const tolerance = 1e-6 * (1 + Math.abs(moment[i] ?? 0));
          expect(weight).toBeGreaterThanOrEqual(0);
          expect(gradient).toBeGreaterThan(-tolerance);
          if (weight > 1e-9) expect(Math.abs(gradient)).toBeLessThan(tolerance);
        });
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('refuses shapes that do not fit and values that are not finite', () => {
    expect(() => nonNegativeLeastSquares(new Float64Array(3), new Float64Array(2))).toThrow(RangeError);
    expect(() => nonNegativeLeastSquares(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrow(
      RangeError,
    );
  });
});
