import { describe, expect, test } from 'vitest';
import { createAxisScale } from '../../../src/plot/axis-scale.ts';

const labels = (kind: 'linear' | 'log', values: number[], length = 300, labelExtent = 30) =>
  createAxisScale(kind, values, { range: [0, length], labelExtent: () => labelExtent })
    .ticks.map(({ label }) => label)
    .filter((label) => label !== '');

describe('createAxisScale', () => {
  test.each([
    [
      'two decades and more: 1, 2 and 5 of each',
      [2.2e-4, 3.4e-2],
      300,
      '0.0002 0.0005 0.001 0.002 0.005 0.01 0.02',
    ],
    ['within a decade: its digits', [0.003, 0.0079], 300, '0.003 0.004 0.005 0.006 0.007 0.008'],
    [
      'nearly equal: steps of their own',
      [0.0121, 0.0128],
      300,
      '0.0121 0.0122 0.0123 0.0124 0.0125 0.0126 0.0127 0.0128',
    ],
    ['many decades: whole ones', [1e-6, 1], 300, '1e-6 1e-5 1e-4 1e-3 1e-2 1e-1 1'],
    ['more than fit: some of them', [1e-30, 1e30], 300, '1e-30 1e-20 1e-10 1 1e10 1e20 1e30'],
    ['little room', [2.2e-4, 3.4e-2], 80, '0.001 0.01'],
  ])('log ticks, %s', (_, values, length, expected) => {
    expect(labels('log', values, length).join(' ')).toBe(expected);
  });

  test.each([
    ['bits', [4, 8], '4.0 4.5 5.0 5.5 6.0 6.5 7.0 7.5 8.0'],
    ['zero and below', [-1, 1], '−1.0 −0.5 0.0 0.5 1.0'],
    ['one value', [4], '3.8 3.9 4.0 4.1 4.2'],
    ['steps', [0, 2000], '0 500 1,000 1,500 2,000'],
  ])('linear ticks, %s', (_, values, expected) => {
    expect(labels('linear', values).join(' ')).toBe(expected);
  });

  test('fewer where labels are wide', () => {
    expect(labels('linear', [4, 8], 300, 60).join(' ')).toBe('4 5 6 7 8');
    expect(labels('linear', [4, 8], 300, 160).length).toBeLessThanOrEqual(2);
  });

  test('logarithms are laid out evenly, and everything lies within the range', () => {
    const { position, ticks } = createAxisScale('log', [0.01, 10], {
      range: [300, 0],
      labelExtent: () => 30,
    });
    expect(position(1) - position(10)).toBeCloseTo(position(0.1) - position(1), 9);
    for (const at of [...ticks.map((tick) => tick.position), position(0.01), position(10)]) {
      expect(at).toBeGreaterThan(0);
      expect(at).toBeLessThan(300);
    }
    expect(ticks.some(({ label }) => label === '')).toBe(true);
  });
});
