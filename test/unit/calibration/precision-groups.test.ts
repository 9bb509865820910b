import { describe, expect, test } from 'vitest';
import { precisionGroups, randomMix, switchesOf } from '../../../src/calibration/precision-groups.ts';
import { shuffled } from '../../../src/calibration/shuffled.ts';

const SCHEME = {
  planeBits: [4, 2, 2] as const,
  liveRanks: [8, 16],
  block: 16,
  fusedRanks: [0, 0, 0],
  clipping: true,
};

describe('precisionGroups', () => {
  test('are every depth and, beside the base, every live rank', () => {
    expect(precisionGroups(SCHEME)).toEqual([
      { depth: 1, rank: 0 },
      { depth: 1, rank: 8 },
      { depth: 1, rank: 16 },
      { depth: 2, rank: 0 },
      { depth: 3, rank: 0 },
    ]);
    expect(precisionGroups({ planeBits: [8], liveRanks: [] })).toEqual([{ depth: 1, rank: 0 }]);
  });

  test('switch on the planes up to their depth and the segments up to their rank', () => {
    expect(precisionGroups(SCHEME).map((group) => switchesOf(SCHEME, group))).toEqual([
      { planes: [0, 0], live: [0, 0] },
      { planes: [0, 0], live: [1, 0] },
      { planes: [0, 0], live: [1, 1] },
      { planes: [1, 0], live: [0, 0] },
      { planes: [1, 1], live: [0, 0] },
    ]);
  });
});

describe('randomMix', () => {
  const groups = precisionGroups(SCHEME);
  const mix = (matrices: number, seed: number, draw: number) =>
    randomMix(SCHEME, groups, groups[3]!, matrices, seed, draw);

  test('is the same for the same seed and draw, and another for others', () => {
    expect(mix(64, 1, 5)).toEqual(mix(64, 1, 5));
    expect(mix(64, 1, 5)).not.toEqual(mix(64, 1, 6));
    expect(mix(64, 1, 5)).not.toEqual(mix(64, 2, 5));
  });

  test('a quarter of the matrices leave, to each group alike', () => {
    const draws = 2000;
    const matrices = 4;
    const counts = new Map<string, number>();
    for (let draw = 0; draw < draws; draw++) {
      for (const switches of mix(matrices, 7, draw)) {
        const key = JSON.stringify(switches);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    const share = (group: number) =>
      (counts.get(JSON.stringify(switchesOf(SCHEME, groups[group]!))) ?? 0) / (draws * matrices);
    // A leaver may draw its own group. Three standard deviations of a share of 0.05 in 8000 are 0.0073.
    for (const group of [0, 1, 2, 4]) expect(Math.abs(share(group) - 0.25 / 5)).toBeLessThan(0.0075);
    expect(Math.abs(share(3) - (0.75 + 0.25 / 5))).toBeLessThan(0.0135);
  });

  test('a matrix on its own never leaves: its group would go untrained', () => {
    for (let draw = 0; draw < 100; draw++) {
      expect(mix(1, 3, draw)).toEqual([switchesOf(SCHEME, groups[3]!)]);
    }
  });
});

describe('shuffled', () => {
  test('is a permutation that depends on seed and epoch', () => {
    const order = shuffled(50, 1, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(shuffled(50, 1, 0)).toEqual(order);
    expect(shuffled(50, 1, 1)).not.toEqual(order);
    expect(shuffled(50, 2, 0)).not.toEqual(order);
    expect(shuffled(0, 1, 0)).toEqual([]);
  });
});
