import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leastAgreement } from '../../../src/simulation/agreement.ts';

test('the least agreement falls from 1 with the loss, and never below 0', () => {
  expect([0, 0.02, 0.5, 2, 9].map(leastAgreement)).toEqual([1, 0.9, 0.5, 0, 0]);
});

test('two distributions agree at least so often', () => {
  const weight = fc.double({ min: 0.01, max: 1, noNaN: true });
  const weights = fc.array(fc.tuple(weight, weight), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(weights, (pairs) => {
      const [sumP, sumQ] = pairs.reduce(([a, b], [p, q]) => [a + p, b + q], [0, 0]);
      let kl = 0;
      let agreement = 0;
      for (const [p, q] of pairs) {
        kl += (p / sumP) * Math.log(p / sumP / (q / sumQ));
        agreement += Math.min(p / sumP, q / sumQ);
      }
      expect(agreement).toBeGreaterThanOrEqual(leastAgreement(Math.max(0, kl)) - 1e-9);
    }),
    { seed: 3 },
  );
});
