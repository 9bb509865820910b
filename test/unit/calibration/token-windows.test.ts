import { expect, test } from 'vitest';
import { tokenWindows } from '../../../src/calibration/index.ts';

test('windows start with BOS and predict every token once', () => {
  const windows = tokenWindows([10, 11, 12, 13, 14], 3, 1).map((window) => [...window]);
  expect(windows).toEqual([
    [1, 10, 11],
    [1, 12, 13],
    [1, 14],
  ]);
});

test('without BOS the first token of a window is context, and a window of one token is dropped', () => {
  const windows = tokenWindows([10, 11, 12, 13, 14], 2, null).map((window) => [...window]);
  expect(windows).toEqual([
    [10, 11],
    [12, 13],
  ]);
});

test('no tokens, no windows', () => {
  expect(tokenWindows([], 8, 1)).toEqual([]);
});
