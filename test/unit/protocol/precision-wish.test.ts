import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrecisionRange, QueptError, resolvePrecision } from '../../../src/core/index.ts';
import { type PrecisionSources, parsePrecisionWish } from '../../../src/protocol/index.ts';
import { FAKE_LADDER } from '../../support/fake-inference-service.ts';

const nowhere: PrecisionSources = { body: undefined, header: null, alias: null };

function wish(sources: Partial<PrecisionSources>) {
  return parsePrecisionWish({ ...nowhere, ...sources }, FAKE_LADDER);
}

describe('parsePrecisionWish', () => {
  it.each([
    [{}, { kind: 'auto' }],
    [{ body: null }, { kind: 'auto' }],
    [{ body: 'auto' }, { kind: 'auto' }],
    [{ body: 4.5 }, { kind: 'bits', bits: 4.5 }],
    [{ body: '4.5' }, { kind: 'bits', bits: 4.5 }],
    [{ body: 'q4' }, { kind: 'config', id: 'q4' }],
    [{ body: { min_bits: 3 } }, { kind: 'range', minBits: 3, maxBits: null }],
    [{ body: { min_bits: null, max_bits: 4 } }, { kind: 'range', minBits: null, maxBits: 4 }],
    [{ header: ' q4..q8 ' }, { kind: 'range', minBits: 4, maxBits: 8 }],
    [{ header: '3..8' }, { kind: 'range', minBits: 3, maxBits: 8 }],
    [{ header: 'q4..' }, { kind: 'range', minBits: 4, maxBits: null }],
    [{ header: '..q4' }, { kind: 'range', minBits: null, maxBits: 4 }],
    [{ header: '{"min_bits":4,"max_bits":8}' }, { kind: 'range', minBits: 4, maxBits: 8 }],
    [{ header: 'auto' }, { kind: 'auto' }],
    [{ header: '8' }, { kind: 'bits', bits: 8 }],
    [{ alias: 'q2' }, { kind: 'config', id: 'q2' }],
    [
      { alias: 'q4', body: 'q4', header: '4' },
      { kind: 'config', id: 'q4' },
    ],
    [
      { body: 4.5, header: 'q4' },
      { kind: 'bits', bits: 4.5 },
    ],
  ])('reads %j', (sources, expected) => {
    expect(wish(sources)).toEqual(expected);
  });

  it.each([
    [{ body: true }, 'precision'],
    [{ body: [4] }, 'precision'],
    [{ body: '' }, 'precision'],
    [{ body: 'quite good' }, 'precision'],
    [{ body: 'q5' }, 'precision'],
    [{ body: 1 }, 'precision'],
    [{ body: -4 }, 'precision'],
    [{ body: {} }, 'precision'],
    [{ body: { min_bits: 8, max_bits: 4 } }, 'precision'],
    [{ body: { min_bits: 'four' } }, 'precision.min_bits'],
    [{ body: { minBits: 4 } }, 'precision.minBits'],
    [{ header: 'q5' }, 'x-precision'],
    [{ header: '{"minBits":9}' }, 'x-precision.minBits'],
    [{ header: 'q4..q9' }, 'x-precision'],
    [{ header: 'q8..q4' }, 'x-precision'],
    [{ header: '..' }, 'x-precision'],
    [{ header: '{"min_bits":' }, 'x-precision'],
    [{ header: '{"min_bits":9}' }, 'x-precision'],
    [{ body: 'q4', header: 'q8' }, 'precision'],
    [{ body: 'auto', alias: 'q4' }, 'precision'],
    [{ header: '2..4', alias: 'q4' }, 'x-precision'],
  ])('refuses %j naming %s', (sources, param) => {
    let thrown: unknown = null;
    try {
      wish(sources);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(QueptError);
    expect(thrown).toMatchObject({ code: 'invalid_request', param });
  });

  it('says which two sources disagree', () => {
    expect(() => wish({ header: 'q8', alias: 'q4' })).toThrow(
      "The header 'x-precision' and the '@' of 'model' ask for different precisions.",
    );
  });

  it('reads back every range that the response header can say', () => {
    const rungs = fc.tuple(fc.nat(FAKE_LADDER.length - 1), fc.nat(FAKE_LADDER.length - 1));
    fc.assert(
      fc.property(rungs, ([a, b]) => {
        const range = { floor: Math.min(a, b), ceiling: Math.max(a, b), pinned: a === b };
        const read = wish({ header: formatPrecisionRange(FAKE_LADDER, range) });
        expect(resolvePrecision(FAKE_LADDER, read)).toEqual(range);
      }),
    );
  });

  it('never throws anything but a QueptError naming precision', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        try {
          wish({ body });
        } catch (error) {
          expect(error).toBeInstanceOf(QueptError);
          expect((error as QueptError).param).toMatch(/^precision/);
        }
      }),
    );
  });
});
