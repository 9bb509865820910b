import { describe, expect, test } from 'vitest';
import {
  defaultPaperRanks,
  formatGroups,
  groupOf,
  PAPER_GROUPS,
  paperScheme,
  scaleBlock,
  schemeWidths,
} from '../../../../src/calibration/paper/paper-scheme.ts';
import type { ModelArchitecture } from '../../../../src/core/index.ts';

function architecture(hiddenSize: number, vocabSize = 4000): ModelArchitecture {
  return {
    family: 'llama',
    hiddenSize,
    intermediateSize: 3 * hiddenSize,
    layers: 2,
    heads: 4,
    kvHeads: 4,
    headDim: hiddenSize / 4,
    vocabSize,
    contextLength: 64,
    rmsNormEps: 1e-5,
    rope: { theta: 10_000, scaling: null },
    qkvBias: false,
    qkNorm: false,
    tiedEmbedding: true,
  };
}

describe('default ranks', () => {
  test('are those of the paper from 256 columns on', () => {
    expect(defaultPaperRanks(PAPER_GROUPS, architecture(4096))).toEqual([192, 192, 128, 64]);
    expect(
      defaultPaperRanks(
        [
          [2, 3, 4],
          [5, 6],
          [7, 8],
        ],
        architecture(256),
      ),
    ).toEqual([192, 128, 64]);
  });

  test('shrink with the blocks of the model, whatever its vocabulary', () => {
    expect(defaultPaperRanks(PAPER_GROUPS, architecture(64, 10))).toEqual([48, 48, 32, 16]);
  });
});

test('a scale covers 128 weights at 2 bits or a shorter row, and a whole row above', () => {
  expect([2, 3, 8].map((width) => scaleBlock(width, 352))).toEqual([128, 352, 352]);
  expect([2, 3, 8].map((width) => scaleBlock(width, 64))).toEqual([64, 64, 64]);
});

test('a scheme knows its widths and their groups', () => {
  const scheme = paperScheme([[2], [3, 4]], [8, 0], architecture(64));
  expect(schemeWidths(scheme)).toEqual([2, 3, 4]);
  expect(groupOf(scheme, 4)).toEqual({ widths: [3, 4], rank: 0 });
  expect(() => groupOf(scheme, 5)).toThrow(RangeError);
  expect(formatGroups(PAPER_GROUPS)).toBe('2;3,4;5,6;7,8');
});

describe('is refused by the name of the option', () => {
  test.each([
    ['a width twice', [[2], [2, 3]]],
    ['descending widths', [[4, 3]]],
    ['descending groups', [[4], [3]]],
    ['one bit', [[1, 2]]],
    ['nine bits', [[8, 9]]],
    ['an empty group', [[2], []]],
    ['no group', []],
  ])('%s', (_, groups) => {
    expect(() => paperScheme(groups, null, architecture(64))).toThrow(/^--paper-groups: .*2;3,4;5,6;7,8/);
  });

  test.each([
    ['ranks that ascend', [8, 8, 9, 0], /do not ascend/],
    ['too few ranks', [8, 8, 8], /one rank per group: 4/],
    ['more ranks than a matrix has', [65, 8, 8, 8], /at most 64/],
  ])('%s', (_, ranks, reason) => {
    const act = () => paperScheme(PAPER_GROUPS, ranks, architecture(64));
    expect(act).toThrow(/^--ranks: /);
    expect(act).toThrow(reason);
  });
});

test('no cascade at all is a scheme', () => {
  expect(paperScheme(PAPER_GROUPS, [0, 0, 0, 0], architecture(64)).every(({ rank }) => rank === 0)).toBe(
    true,
  );
});
