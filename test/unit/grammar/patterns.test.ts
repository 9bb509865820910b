import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaGrammar, textsOf } from '../../support/grammar-texts.ts';

const PATTERNS = [
  '^abc$',
  'b',
  '^a',
  'c$',
  '^(ab|ba)*$',
  '^[a-c]{2,3}$',
  '^[^b]*$',
  '^a+b?c*$',
  '^(a|b){2}c$|^c$',
  '^.b.$',
  '^\\w\\d\\s$',
  '^[\\d-]+$',
  '^(?!ab)[abc]*$',
  '^(?=a)(?!.*bb)[abc]+$',
  '^(?:a{2}|b{1,})+?$',
  '^é\\u00e9\\x61$',
  '^[\\u{1F600}-\\u{1F64F}]$',
  '^a\\.b\\/c"\\\\$',
  '^$',
  '',
];

const text = fc.oneof(
  fc.stringMatching(/^[abc]{0,6}$/),
  fc.string({
    unit: fc.constantFrom('a', 'b', '1', ' ', '-', '.', '"', '\\', '/', 'é', '\n', '😀'),
    maxLength: 5,
  }),
);

describe('a string with a pattern', () => {
  it.each(PATTERNS)('is produced exactly where the pattern is found: %s', (pattern) => {
    const canBe = textsOf(schemaGrammar({ type: 'string', pattern }));
    const expression = new RegExp(pattern, 'u');
    const samples = ['', 'abc', 'aab', '1 ', 'a1 ', 'ééa', '😀', 'a.b/c"\\', 'aabb', 'ac', 'abb'];
    for (const sample of samples) expect(canBe(JSON.stringify(sample)), sample).toBe(expression.test(sample));
    fc.assert(
      fc.property(text, (value) => canBe(JSON.stringify(value)) === expression.test(value)),
      { numRuns: 60, seed: 3 },
    );
  });

  it('may look ahead for several things at once, as rules for passwords do', () => {
    const pattern = '^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[!@#$%])(?!.*\\s).{8,64}$';
    const canBe = textsOf(schemaGrammar({ type: 'string', pattern }));
    const expression = new RegExp(pattern, 'u');
    const good = ['aB3!aB3!', `${'x'.repeat(60)}Y7$z`, 'éé1!aAéé'];
    const bad = ['aB3!aB3', 'ab3!ab3!', 'aBc!aBc!', 'aB34aB34', 'aB3! aB3!', `${'x'.repeat(62)}Y7$`];
    for (const value of [...good, ...bad]) {
      expect(canBe(JSON.stringify(value)), value).toBe(good.includes(value));
      expect(expression.test(value), value).toBe(good.includes(value));
    }
  });

  it.each([
    ['(a', "has a '(' without a ')'"],
    ['a)', "has a ')' without a '('"],
    ['[a', 'ends too early'],
    ['*a', "has a '*' that belongs to nothing"],
    ['a{2,1}', 'wrong way round'],
    ['(?<=a)b', 'looks behind'],
    ['(a)\\1', "has '\\1', which is not supported"],
    ['\\bword\\b', "has '\\b', which is not supported"],
    ['\\p{L}', "has '\\p', which is not supported"],
    ['a^b', "has '^', '$' or a look ahead elsewhere than at its ends"],
    ['[z-a]', "has a '-' in a class that is no range"],
  ])('refuses %s', (pattern, message) => {
    expect(() => schemaGrammar({ properties: { x: { pattern } } })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'schema.properties.x.pattern',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('a string of limited length', () => {
  it('counts characters, however many bytes they take and however they are spelled', () => {
    const canBe = textsOf(schemaGrammar({ type: 'string', minLength: 2, maxLength: 3 }));
    const values = ['', 'a', 'ab', 'abc', 'abcd', 'é😀', '😀😀😀😀', '\n"', '\u0001\\\u007f', '\u2028'];
    for (const value of values) {
      const length = [...value].length;
      expect(canBe(JSON.stringify(value)), value).toBe(length >= 2 && length <= 3);
    }
  });

  it('has one spelling for each character', () => {
    const canBe = textsOf(schemaGrammar({ type: 'string' }));
    expect(canBe('"\\u0041"')).toBe(false);
    expect(canBe('"\\/"')).toBe(false);
    expect(canBe('"/"')).toBe(true);
    expect(canBe('"\n"')).toBe(false);
    expect(canBe('"\\u001f"')).toBe(true);
    expect(canBe('"\\ud800"')).toBe(false);
  });
});
