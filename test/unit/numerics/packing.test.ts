import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CodeBits, packCodes, packedBytes, readCode, unpackCodes } from '../../../src/numerics/index.ts';

const bitsAndCodes = fc
  .constantFrom<CodeBits[]>(2, 4, 8)
  .chain((bits) => fc.tuple(fc.constant(bits), fc.uint8Array({ max: 2 ** bits - 1, maxLength: 67 })));

describe('packing', () => {
  test('the first code takes the lowest bits', () => {
    const out = new Uint8Array(2);
    packCodes(Uint8Array.of(0x1, 0x2, 0xf), 4, out, 0);
    expect([...out]).toEqual([0x21, 0x0f]);
    packCodes(Uint8Array.of(1, 2, 3, 0, 2), 2, out, 0);
    expect([...out]).toEqual([0b00_11_10_01, 0b10]);
  });

  test('unpacking returns what was packed, at any offset, and touches nothing around it', () => {
    fc.assert(
      fc.property(bitsAndCodes, fc.nat(5), ([bits, codes], offset) => {
        const bytes = packedBytes(codes.length, bits);
        const packed = new Uint8Array(offset + bytes + 1).fill(0xa5);
        packCodes(codes, bits, packed, offset);
        expect([...packed.subarray(0, offset), packed.at(-1)]).toEqual(Array(offset + 1).fill(0xa5));
        const unpacked = new Uint8Array(codes.length);
        unpackCodes(packed, bits, offset, unpacked);
        expect(unpacked).toEqual(codes);
        codes.forEach((code, i) => {
          expect(readCode(packed, bits, offset, i)).toBe(code);
        });
      }),
    );
  });
});
