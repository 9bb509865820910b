import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaGrammar, textsOf } from '../../support/grammar-texts.ts';

/** Decimals of at most four digits on each side, which floating point tells apart. */
const decimal = fc
  .tuple(fc.integer({ min: -20_000, max: 20_000 }), fc.constantFrom(1, 10, 100, 1000))
  .map(([digits, scale]) => digits / scale);

describe('numbers', () => {
  it('are produced exactly within their bounds', () => {
    const bound = fc.option(decimal, { nil: undefined });
    fc.assert(
      fc.property(
        bound,
        bound,
        bound,
        bound,
        fc.boolean(),
        fc.array(decimal, { minLength: 12, maxLength: 12 }),
        (minimum, exclusiveMinimum, maximum, exclusiveMaximum, integer, values) => {
          const bounds = { minimum, exclusiveMinimum, maximum, exclusiveMaximum };
          const given = Object.entries(bounds).filter(([, value]) => value !== undefined) as [
            string,
            number,
          ][];
          const schema = { type: integer ? 'integer' : 'number', ...Object.fromEntries(given) };
          const canBe = acceptorOf(schema);
          const near = given.flatMap(([, value]) => [
            value,
            value + 1,
            value - 1,
            value + 0.001,
            value - 0.001,
          ]);
          for (const value of [...values, ...near.map((x) => Math.round(x * 1000) / 1000)]) {
            const valid =
              (!integer || Number.isInteger(value)) &&
              !(value < (minimum ?? value)) &&
              !(value > (maximum ?? value)) &&
              (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
              (exclusiveMaximum === undefined || value < exclusiveMaximum);
            expect(canBe(String(value)), `${value} under ${JSON.stringify(schema)}`).toBe(valid);
          }
        },
      ),
      { numRuns: 80, seed: 11 },
    );
  });

  it.each([3, 7, 10, 25, 0.5, 0.01, 2.5, 0.3])(
    'are produced exactly if they are a multiple of %s',
    (multipleOf) => {
      const canBe = textsOf(schemaGrammar({ type: 'number', multipleOf, minimum: -100, maximum: 1000 }));
      for (let hundredths = -3000; hundredths <= 3000; hundredths += 7) {
        const value = hundredths / 100;
        const valid = hundredths % Math.round(multipleOf * 100) === 0;
        expect(canBe(String(value)), String(value)).toBe(valid);
      }
    },
  );

  it('have an exponent only where they have no terms', () => {
    expect(textsOf(schemaGrammar({ type: 'number' }))('-1.5e-7')).toBe(true);
    expect(textsOf(schemaGrammar({ type: 'number' }))('1e400')).toBe(false);
    expect(textsOf(schemaGrammar({ type: 'number', minimum: 1 }))('1e5')).toBe(false);
    expect(textsOf(schemaGrammar({ type: 'integer' }))('1e5')).toBe(false);
  });

  it('are written as JSON wants them', () => {
    const canBe = textsOf(schemaGrammar({ type: 'number' }));
    for (const text of ['01', '+1', '.5', '5.', '-', '1e', '- 1', '-0', '00', 'NaN'])
      expect(canBe(text), text).toBe(false);
    for (const text of ['0', '-1', '0.50', '100', '-0.5', '12.000001']) expect(canBe(text), text).toBe(true);
  });

  it('come to an end', () => {
    const canBe = textsOf(schemaGrammar({ type: 'number' }));
    expect(canBe('9'.repeat(60))).toBe(true);
    expect(canBe('9'.repeat(61))).toBe(false);
  });
});

/** Nothing for bounds that leave no number. */
function acceptorOf(schema: { readonly [keyword: string]: unknown }): (text: string) => boolean {
  try {
    return textsOf(schemaGrammar(schema));
  } catch {
    return () => false;
  }
}
