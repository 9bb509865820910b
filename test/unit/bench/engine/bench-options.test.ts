import { describe, expect, test } from 'vitest';
import { parseBenchOptions } from '../../../../src/bench/engine/bench-options.ts';
import { MEASUREMENTS } from '../../../../src/bench/engine/scenarios.ts';

describe('parseBenchOptions', () => {
  test('measures everything against the peer by default', () => {
    expect(parseBenchOptions([])).toEqual({
      rounds: 9,
      steps: 12,
      threads: 2,
      only: MEASUREMENTS,
      withPeer: true,
      jsonPath: null,
      help: false,
    });
  });

  test('takes every option', () => {
    const args = ['--rounds', '3', '--steps=7', '--threads', '4', '--no-peer', '--json', 'out.json'];
    expect(parseBenchOptions([...args, '--only', 'switch, decode-8'])).toEqual({
      rounds: 3,
      steps: 7,
      threads: 4,
      only: ['decode-8', 'switch'],
      withPeer: false,
      jsonPath: 'out.json',
      help: false,
    });
  });

  test('--quick shortens, and a number given beside it wins', () => {
    expect(parseBenchOptions(['--quick'])).toMatchObject({ rounds: 2, steps: 4 });
    expect(parseBenchOptions(['--quick', '--rounds', '5'])).toMatchObject({ rounds: 5, steps: 4 });
  });

  test.each([
    [['--rounds', '0'], /--rounds must be a whole number from 1 to 1000, not '0'/],
    [['--steps', '65'], /--steps must be a whole number from 1 to 64/],
    [['--threads', '1.5'], /--threads/],
    [['--only', 'decode-3'], /no measurement 'decode-3'; known are decode-1,/],
    [['--fast'], /--fast/],
    [['decode-1'], /decode-1/],
  ])('%j is refused with its name', (args, message) => {
    expect(() => parseBenchOptions(args)).toThrow(expect.objectContaining({ code: 'invalid_usage' }));
    expect(() => parseBenchOptions(args)).toThrow(message);
  });
});
