import { describe, expect, test } from 'vitest';
import { type CascadeKind, cascadeRanks } from '../../../src/calibration/default-ranks.ts';

const WIDE = [
  { name: 'layers.0.qkv', n: 300, k: 200 },
  { name: 'head', n: 1000, k: 200 },
];
const NARROW = [{ name: 'head', n: 9, k: 40 }];
const NOTHING = { fused: null, live: null };

describe('cascadeRanks', () => {
  test.each([
    ['both', [64, 0], [16]],
    ['fused', [64, 0], []],
    ['live', [0, 0], [16]],
  ] as const)('--cascade %s has ranks of its own', (kind, fusedRanks, liveRanks) => {
    expect(cascadeRanks(kind, WIDE, [4, 4], NOTHING)).toEqual({ fusedRanks, liveRanks });
  });

  test('never more than a narrow matrix has', () => {
    expect(cascadeRanks('both', NARROW, [2, 2, 4], NOTHING)).toEqual({
      fusedRanks: [9, 0, 0],
      liveRanks: [4],
    });
    expect(cascadeRanks('live', [{ name: 'head', n: 1, k: 40 }], [4, 4], NOTHING).liveRanks).toEqual([1]);
  });

  test('takes what is asked for, zeros included', () => {
    const asked = { fused: [32, 32], live: [4, 8] };
    expect(cascadeRanks('both', WIDE, [4, 4], asked)).toEqual({ fusedRanks: [32, 32], liveRanks: [4, 8] });
    expect(cascadeRanks('fused', WIDE, [4, 4], { fused: [0, 0], live: null }).fusedRanks).toEqual([0, 0]);
  });

  test.each<[string, CascadeKind, { fused: number[] | null; live: number[] | null }, RegExp]>([
    ['--ranks beside --cascade live', 'live', { fused: [8, 0], live: null }, /^--ranks: .*--cascade live/],
    [
      '--live-ranks beside --cascade fused',
      'fused',
      { fused: null, live: [8] },
      /^--live-ranks: .*--cascade/,
    ],
    [
      'one rank for two planes',
      'both',
      { fused: [8], live: null },
      /^--ranks: .*per plane: 2, such as 64,0\./,
    ],
    ['three ranks for two planes', 'both', { fused: [8, 4, 2], live: null }, /^--ranks: .*per plane: 2/],
    ['ascending ranks', 'both', { fused: [8, 16], live: null }, /^--ranks: \[8,16\] must not ascend/],
    ['a fused rank above the matrix', 'both', { fused: [201, 0], live: null }, /^--ranks: 201.*200/],
    [
      'a live rank above the matrix',
      'both',
      { fused: null, live: [201] },
      /^--live-ranks: 201 must be 1 to 200/,
    ],
    ['a live rank of nothing', 'live', { fused: null, live: [0] }, /^--live-ranks: 0 must be 1 to 200/],
    ['falling live ranks', 'live', { fused: null, live: [8, 4] }, /^--live-ranks: \[8,4\] must ascend/],
    ['equal live ranks', 'live', { fused: null, live: [8, 8] }, /^--live-ranks: \[8,8\] must ascend/],
  ])('refuses %s', (_, kind, asked, message) => {
    expect(() => cascadeRanks(kind, WIDE, [4, 4], asked)).toThrow(
      expect.objectContaining({ code: 'invalid_usage', message: expect.stringMatching(message) }),
    );
  });
});
