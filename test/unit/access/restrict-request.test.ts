import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeys } from '../../../src/access/index.ts';
import { restrictRequest } from '../../../src/access/restrict-request.ts';
import { type PrecisionWish, QueptError, resolvePrecision } from '../../../src/core/index.ts';
import { newKey } from '../../support/api-key.ts';
import { FAKE_LADDER } from '../../support/fake-inference-service.ts';
import { generateRequest } from '../../support/generate-request.ts';

function restrict(fields: object, wish: PrecisionWish): PrecisionWish {
  const [key] = parseKeys([newKey('a', fields).entry], 'test');
  if (key === undefined) throw new Error('no key');
  return restrictRequest(generateRequest({ precision: wish }), key, FAKE_LADDER).precision;
}

const bound = fc.option(fc.integer({ min: 1, max: 16 }));
const wish: fc.Arbitrary<PrecisionWish> = fc.oneof(
  fc.constant({ kind: 'auto' } as const),
  fc.record({ kind: fc.constant('bits' as const), bits: fc.integer({ min: 2, max: 10 }) }),
  fc.record({ kind: fc.constant('config' as const), id: fc.constantFrom('q2', 'q4', 'q8') }),
  fc.record({
    kind: fc.constant('range' as const),
    minBits: fc.constantFrom(null, 2, 3, 4),
    maxBits: fc.constantFrom(null, 4, 8, 9),
  }),
);

describe('restrictRequest', () => {
  it('[U3] leaves exactly the rungs that both the key and the wish admit, or refuses', () => {
    fc.assert(
      fc.property(bound, bound, wish, (minBits, maxBits, wanted) => {
        fc.pre(minBits === null || maxBits === null || minBits <= maxBits);
        const rungs = ({ floor, ceiling }: { floor: number; ceiling: number }) =>
          FAKE_LADDER.filter((_, rung) => rung >= floor && rung <= ceiling);
        const expected = rungs(resolvePrecision(FAKE_LADDER, wanted)).filter(
          ({ averageBits }) => averageBits >= (minBits ?? 0) && averageBits <= (maxBits ?? Infinity),
        );
        let admitted: ReturnType<typeof rungs> = [];
        try {
          admitted = rungs(resolvePrecision(FAKE_LADDER, restrict({ minBits, maxBits }, wanted)));
        } catch (error) {
          expect(error).toMatchObject({ code: 'permission_denied', param: 'precision' });
          expect(error).toBeInstanceOf(QueptError);
        }
        expect(admitted).toEqual(expected);
      }),
    );
  });

  it('lets what is pinned be pinned', () => {
    expect(restrict({ minBits: 3 }, { kind: 'bits', bits: 9 })).toEqual({ kind: 'bits', bits: 9 });
    expect(restrict({ maxBits: 4 }, { kind: 'config', id: 'q4' })).toEqual({ kind: 'config', id: 'q4' });
  });
});
