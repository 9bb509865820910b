import { describe, expect, it } from 'vitest';
import {
  comparative,
  counted,
  joined,
  numberInWords,
  plural,
  withArticle,
} from '../../../../tools/default-model/language/english.mjs';
import { hashLabels, Random } from '../../../../tools/default-model/language/random.mjs';
import { drawFor, isHeldOut } from '../../../../tools/default-model/language/split.mjs';
import { allChoices, fill } from '../../../../tools/default-model/language/template.mjs';

describe('English', () => {
  it('chooses the article by sound', () => {
    const phrases = ['apple', 'unit', 'umbrella', 'hour', 'hat', 'old unicorn', 'uninteresting book'];
    expect(phrases.map(withArticle)).toEqual([
      'an apple',
      'a unit',
      'an umbrella',
      'an hour',
      'a hat',
      'an old unicorn',
      'an uninteresting book',
    ]);
  });

  it('forms plurals, counts and comparatives', () => {
    expect(['box', 'cherry', 'toy', 'mouse', 'red leaf', 'bus'].map(plural)).toEqual([
      'boxes',
      'cherries',
      'toys',
      'mice',
      'red leaves',
      'buses',
    ]);
    expect([counted(1, 'fox'), counted(2, 'fox')]).toEqual(['1 fox', '2 foxes']);
    expect(['shy', 'busy', 'brave', 'careful', 'kind'].map(comparative)).toEqual([
      'shyer',
      'busier',
      'braver',
      'more careful',
      'kinder',
    ]);
    expect(joined(['a', 'b', 'c'])).toBe('a, b and c');
  });

  it('writes numbers in words', () => {
    expect([0, 13, 40, 99, 100, 342, 1005].map(numberInWords)).toEqual([
      'zero',
      'thirteen',
      'forty',
      'ninety-nine',
      'one hundred',
      'three hundred and forty-two',
      'one thousand and five',
    ]);
  });
});

describe('templates', () => {
  const random = new Random('templates');

  it('fill slots in their forms', () => {
    const friend = { name: 'Ann', he: 'she' };
    const filled = fill('{A thing} for {friend}, and {friend.He} has two {many thing}.', random, {
      thing: 'owl',
      friend,
    });
    expect(filled).toBe('An owl for Ann, and She has two owls.');
  });

  it('list every choice, also nested ones', () => {
    expect(allChoices('[a|b[1|2]]{x}')).toEqual(['a{x}', 'b1{x}', 'b2{x}']);
    const made = new Set(Array.from({ length: 60 }, () => fill('[a|b[1|2]]', random)));
    expect([...made].sort()).toEqual(['a', 'b1', 'b2']);
  });

  it('refuse a slot without a value, and marks that do not close', () => {
    expect(() => fill('{nobody}', random)).toThrow('no value for {nobody}');
    expect(() => fill('[a|b', random)).toThrow('[ without ]');
  });
});

describe('random streams', () => {
  it('depend on their labels alone', () => {
    const draws = (...labels: (string | number)[]) => {
      const random = new Random(...labels);
      return Array.from({ length: 5 }, () => random.below(1000));
    };
    expect(draws('x', 1)).toEqual(draws('x', 1));
    expect(draws('x', 1)).not.toEqual(draws('x', 2));
    expect(draws('x', 1, 23)).not.toEqual(draws('x', 12, 3));
    expect(hashLabels([1])).not.toBe(hashLabels(['1']));
  });

  it('are even: each of ten values comes about as often', () => {
    const random = new Random('even');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[random.below(10)]! += 1;
    // The deviation of a count is 30.
    expect(Math.max(...counts.map((count) => Math.abs(count - 1000)))).toBeLessThan(150);
  });

  it('sample without repetition, from long lists and short ones', () => {
    const list = Array.from({ length: 40 }, (_, i) => i);
    const random = new Random('sample');
    for (const count of [2, 9, 11, 40]) expect(new Set(random.sample(list, count)).size).toBe(count);
    expect(() => random.sample(list, 41)).toThrow(RangeError);
  });
});

describe('the split', () => {
  it('gives training and tests different operands', () => {
    const random = new Random('split');
    const draw = (split: 'train' | 'test') =>
      drawFor(
        split,
        'pairs',
        () => [random.below(30), random.below(30)],
        (pair) => pair,
      );
    for (let i = 0; i < 300; i++) {
      expect(isHeldOut('pairs', ...draw('train'))).toBe(false);
      expect(isHeldOut('pairs', ...draw('test'))).toBe(true);
    }
  });

  it('says so when nothing is left to draw', () => {
    expect(() =>
      drawFor(
        'test',
        'one',
        () => 1,
        () => [isHeldOut('one', 1) ? 2 : 1],
      ),
    ).toThrow('no operands');
  });
});
