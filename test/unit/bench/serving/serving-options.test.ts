import { describe, expect, it } from 'vitest';
import { parseServingOptions } from '../../../../src/bench/serving/serving-options.ts';

describe('the options of bench:serving', () => {
  it('have defaults beside what arrives', () => {
    expect(parseServingOptions(['--poisson', '--step', '30:20:3'])).toMatchObject({
      policies: ['fixed-8', 'fixed-lowest', 'load-threshold', 'slo'],
      step: { afterMs: 30_000, forMs: 20_000, times: 3 },
      rate: 4,
      attempts: 1,
      waitQuietMs: 0,
      trace: null,
    });
    expect(parseServingOptions(['--help'])).toBeNull();
  });

  it.each([
    [[], 'name what arrives'],
    [['--poisson', '--policies', 'slo,best'], "--policies: 'best' is none of"],
    [['--poisson', '--rate', '0'], "--rate: '0' is no number above 0"],
    [['--chats', '1.5'], "--chats: '1.5' is no whole number"],
    [['--poisson', '--step', '30:3'], "--step: '30:3' is not like"],
  ])('name what is wrong with %j', (args, message) => {
    expect(() => parseServingOptions(args)).toThrow(message);
  });
});
