import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFloats } from '../../../../src/engine/hf/decode-floats.ts';
import { encodeFloats } from '../../../support/safetensors-writer.ts';

function decode(dtype: string, codes: number[]): { values: number[]; bad: number } {
  const values = new Float32Array(codes.length);
  const bad = decodeFloats(dtype, new Uint8Array(Uint16Array.from(codes).buffer), values);
  return { values: [...values], bad };
}

describe('decodeFloats', () => {
  it('widens half floats exactly', () => {
    // Codes and values from IEEE 754-2019 binary16: 1, -2, 65504, smallest normal, smallest subnormal, 1/3, -0.
    const { values, bad } = decode('F16', [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x8000]);
    expect(values).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, -0]);
    expect(bad).toBe(-1);
  });

  it('widens brain floats exactly', () => {
    const { values, bad } = decode('BF16', [0x3f80, 0xc000, 0x4049, 0x0080, 0x0001]);
    expect(values).toEqual([1, -2, 3.140625, 2 ** -126, 2 ** -133]);
    expect(bad).toBe(-1);
  });

  it('inverts rounding for every finite code', () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const codes = Array.from({ length: 1 << 16 }, (_, code) => code);
      const finite = codes.filter((code) => Number.isFinite(decode(dtype, [code]).values[0]));
      expect(finite).toHaveLength(dtype === 'F16' ? 63488 : 65280);
      const bytes = encodeFloats(Float32Array.from(decode(dtype, finite).values), dtype);
      expect([...new Uint16Array(bytes.buffer as ArrayBuffer)]).toEqual(finite);
    }
  });

  it('finds the first value that is not finite', () => {
    expect(decode('F16', [0x3c00, 0x7c00, 0x7e00]).bad).toBe(1);
    expect(decode('BF16', [0x3f80, 0x3f80, 0xff80]).bad).toBe(2);
    fc.assert(
      fc.property(fc.array(fc.float(), { maxLength: 20 }), (numbers) => {
        const values = Float32Array.from(numbers);
        const target = new Float32Array(values.length);
        const bad = decodeFloats('F32', new Uint8Array(values.slice().buffer), target);
        expect(bad).toBe(numbers.findIndex((value) => !Number.isFinite(value)));
        expect([...target]).toEqual([...values]);
      }),
    );
  });
});
