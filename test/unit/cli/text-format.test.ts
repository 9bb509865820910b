import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatTable } from '../../../src/cli/text-format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_995, '10.0 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1_234_567_890, '1.23 GB'],
    [5e15, '5000 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatTable', () => {
  it('sets numbers right and words left, without trailing blanks', () => {
    expect(
      formatTable([
        ['config', 'bits', 'note'],
        ['q4', '4.00', ''],
        ['q10x', '10.00', 'widest'],
      ]),
    ).toBe('config   bits  note\nq4       4.00\nq10x    10.00  widest');
  });

  it('takes amounts with a unit and dashes for numbers', () => {
    expect(
      formatTable([
        ['a', 'size'],
        ['x', '1.2 MB'],
        ['y', '-'],
      ]),
    ).toBe('a    size\nx  1.2 MB\ny       -');
  });
});

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [812, '812'],
    [1_234, '1.2 k'],
    [45_678, '46 k'],
    [1_234_567, '1.2 M'],
    [134_515_008, '135 M'],
    [6_738_415_616, '6.7 B'],
  ])('%d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});
