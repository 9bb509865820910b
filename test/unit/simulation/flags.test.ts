import { describe, expect, test } from 'vitest';
import { drawLength, parseLengthDistribution } from '../../../src/simulation/length-distribution.ts';
import { RandomStream, STREAMS } from '../../../src/simulation/random-stream.ts';
import { drawTier, parseTierMix } from '../../../src/simulation/tier-mix.ts';

describe('lengths', () => {
  const draw = (text: string) => {
    const random = new RandomStream(3, STREAMS.lengths);
    const distribution = parseLengthDistribution(text, '--x');
    return Array.from({ length: 2000 }, () => drawLength(distribution, random)).sort((a, b) => a - b);
  };

  test('are constant, uniform or log-normal', () => {
    expect(new Set(draw('256'))).toEqual(new Set([256]));
    const uniform = draw('3..7');
    expect([uniform[0], uniform.at(-1), new Set(uniform).size]).toEqual([3, 7, 5]);
    const lognormal = draw('100~0.5');
    expect(Math.abs(lognormal[1000]! - 100)).toBeLessThan(5);
    // 84 % lie below median·e^sigma.
    expect(Math.abs(lognormal[1683]! - 100 * Math.exp(0.5))).toBeLessThan(12);
  });

  test.each(['', '0', '7..3', '0..4', '-1', '12~', 'x'])("refuse '%s'", (text) => {
    expect(() => parseLengthDistribution(text, '--prompt-tokens')).toThrow(/^--prompt-tokens: /);
  });
});

describe('tiers', () => {
  test('are shares of their sum, laid out in a line', () => {
    const mix = parseTierMix('priority:1, default:2,flex:1', '--tiers');
    expect(mix.map(({ share }) => share)).toEqual([0.25, 0.5, 0.25]);
    expect([0, 0.249, 0.25, 0.74, 0.75, 0.999].map((at) => drawTier(mix, at))).toEqual([
      'priority',
      'priority',
      'default',
      'default',
      'flex',
      'flex',
    ]);
    expect(drawTier(parseTierMix('default:0,flex:1', '--tiers'), 0)).toBe('flex');
  });

  test.each(['gold:1', 'flex', 'flex:1,flex:2', 'flex:0', ''])("refuse '%s'", (text) => {
    expect(() => parseTierMix(text, '--tiers')).toThrow(/^--tiers: /);
  });
});
