import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignLevels } from '../../../src/calibration/assign-levels.ts';

/** Least damage within the budget over every assignment there is; null when none fits. */
function leastDamage(damage: number[][], cost: number[][], budget: number): number | null {
  let least: number | null = null;
  const visit = (m: number, harm: number, price: number): void => {
    if (m === damage.length) {
      if (price <= budget && (least === null || harm < least)) least = harm;
      return;
    }
    damage[m]!.forEach((own, l) => {
      visit(m + 1, harm + own, price + cost[m]![l]!);
    });
  };
  visit(0, 0, 0);
  return least;
}

const total = (table: number[][], levels: readonly number[]) =>
  levels.reduce((sum, level, m) => sum + table[m]![level]!, 0);

describe('assignLevels', () => {
  const problem = fc.integer({ min: 1, max: 4 }).chain((levels) =>
    fc.record({
      // Whole damages, so that sums in any order are the same.
      damage: fc.array(fc.array(fc.nat(50), { minLength: levels, maxLength: levels }), {
        minLength: 1,
        maxLength: 5,
      }),
      cost: fc.array(fc.array(fc.nat(9), { minLength: levels, maxLength: levels }), {
        minLength: 5,
        maxLength: 5,
      }),
      budgets: fc.array(fc.integer({ min: -2, max: 50 }), { minLength: 1, maxLength: 4 }),
    }),
  );

  test('finds what trying everything finds, for each budget, and keeps to it', () => {
    fc.assert(
      fc.property(problem, ({ damage, cost, budgets }) => {
        const found = assignLevels(damage, cost, budgets);
        expect(found).toHaveLength(budgets.length);
        budgets.forEach((budget, i) => {
          const wanted = leastDamage(damage, cost, budget);
          const levels = found[i]!;
          if (wanted === null) expect(levels).toBeNull();
          else {
            expect(total(damage, levels)).toBe(wanted);
            expect(total(cost, levels)).toBeLessThanOrEqual(budget);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  test('levels that cost nothing are taken at a budget of 0', () => {
    const damage = [
      [5, 1],
      [7, 2],
    ];
    expect(
      assignLevels(
        damage,
        [
          [0, 0],
          [0, 1],
        ],
        [0, 1],
      ),
    ).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  test('a budget that not even the cheapest levels meet has no assignment', () => {
    expect(
      assignLevels(
        [
          [1, 0],
          [1, 0],
        ],
        [
          [2, 3],
          [2, 3],
        ],
        [3, 4, -1],
      ),
    ).toEqual([null, [0, 0], null]);
  });

  test('no matrices need nothing', () => {
    expect(assignLevels([], [], [0])).toEqual([[]]);
  });
});
