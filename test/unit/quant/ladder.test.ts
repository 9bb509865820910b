import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averageBits, mixedConfig, type PrecisionChoices, planLadder } from '../../../src/quant/index.ts';

const shapes = fc.array(
  fc.record({ n: fc.integer({ min: 1, max: 500 }), k: fc.integer({ min: 1, max: 500 }) }),
  {
    minLength: 1,
    maxLength: 20,
  },
);
const planeLists = fc.constantFrom([4, 4], [4, 2, 2], [2, 2, 4], [8], [2, 2, 2, 2]);
const choicesArbitrary: fc.Arbitrary<PrecisionChoices> = fc
  .tuple(
    shapes,
    planeLists,
    fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
  )
  .map(([sizes, planeBits, damage]) => ({
    matrices: sizes.map(({ n, k }, m) => ({ name: `m${m}`, n, k })),
    planeBits,
    costs: sizes.map((_, m) => planeBits.map((_, d) => damage[m]! * 0.1 ** d)),
  }));

describe('averageBits', () => {
  test('weights bits by parameters', () => {
    const matrices = [
      { name: 'a', n: 10, k: 30 },
      { name: 'b', n: 10, k: 10 },
    ];
    expect(averageBits(matrices, [4, 2, 2], [1, 3])).toBe((300 * 4 + 100 * 8) / 400);
  });
});

describe('mixedConfig', () => {
  test('stays within the budget, and no matrix that pays would still fit', () => {
    fc.assert(
      fc.property(choicesArbitrary, fc.double({ min: 2, max: 9, noNaN: true }), (choices, budget) => {
        const { matrices, planeBits, costs } = choices;
        const planes = mixedConfig(choices, budget);
        const bits = averageBits(matrices, planeBits, planes);
        if (planes.some((depth) => depth > 1)) expect(bits).toBeLessThanOrEqual(budget + 1e-9);
        planes.forEach((depth, m) => {
          if (depth === planeBits.length || costs[m]![depth]! >= costs[m]![depth - 1]!) return;
          const more = planes.with(m, depth + 1);
          expect(averageBits(matrices, planeBits, more)).toBeGreaterThan(budget - 1e-9);
        });
      }),
    );
  });

  test('spends the bits where they save most', () => {
    const matrices = ['a', 'b', 'c', 'd'].map((name) => ({ name, n: 8, k: 8 }));
    const costs = [
      [1, 0.1],
      [5, 0.1],
      [2, 0.1],
      [2, 1.9],
    ];
    expect(mixedConfig({ matrices, planeBits: [4, 4], costs }, 6)).toEqual([1, 2, 2, 1]);
  });
});

describe('planLadder', () => {
  test.each([
    [
      [4, 4],
      ['q4', 'q5', 'q6', 'q7', 'q8'],
    ],
    [
      [4, 2, 2],
      ['q4', 'q5', 'q6', 'q7', 'q8'],
    ],
    [
      [2, 2, 4],
      ['q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8'],
    ],
    [[8], ['q8']],
  ])('planes %j give rungs %j', (planeBits, ids) => {
    const matrices = Array.from({ length: 40 }, (_, m) => ({ name: `m${m}`, n: 64, k: 64 }));
    const costs = matrices.map((_, m) => planeBits.map((_, d) => (1 + m) * 0.1 ** d));
    const ladder = planLadder({ matrices, planeBits, costs }, []);
    expect(ladder.map(({ id }) => id)).toEqual(ids);
    ladder.forEach(({ id, averageBits: bits }) => {
      expect(bits).toBeCloseTo(Number(id.slice(1)), 6);
    });
  });

  test('ascends, nests, has unique ids and honest bits for any model', () => {
    fc.assert(
      fc.property(choicesArbitrary, (choices) => {
        const ladder = planLadder(choices, []);
        expect(new Set(ladder.map(({ id }) => id)).size).toBe(ladder.length);
        ladder.forEach((config, rung) => {
          const nominal = Number(config.id.slice(1));
          expect(config.averageBits).toBe(averageBits(choices.matrices, choices.planeBits, config.planes));
          expect(config.averageBits).toBeLessThanOrEqual(nominal + 1e-9);
          const below = ladder[rung - 1];
          if (below === undefined) return;
          expect(config.averageBits).toBeGreaterThan(below.averageBits);
          config.planes.forEach((depth, m) => {
            expect(depth).toBeGreaterThanOrEqual(below.planes[m]!);
          });
        });
        expect(ladder.at(-1)!.planes.every((depth) => depth === choices.planeBits.length)).toBe(true);
      }),
    );
  });

  test('a cascade adds one rung beside the lowest depth', () => {
    const matrices = [{ name: 'a', n: 64, k: 64 }];
    const ladder = planLadder({ matrices, planeBits: [4, 4], costs: [[1, 0.1]] }, [8, 16]);
    expect(ladder.map(({ id, ranks }) => [id, ranks])).toEqual([
      ['q4', [0]],
      ['q4r16', [16]],
      ['q8', [0]],
    ]);
  });
});
