export type FloatDtype = 'F32' | 'F16' | 'BF16';

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A safetensors file with all tensors in one dtype, rounded to nearest even. */
export function encodeSafetensors(tensors: ReadonlyMap<string, FloatTensor>, dtype: FloatDtype): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = encodeFloats(values, dtype);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  return frame(JSON.stringify(header), Buffer.concat(parts));
}

/** Header length, header padded with spaces to 8 bytes, data. */
export function frame(header: string, data: Uint8Array): Uint8Array {
  const padded = Buffer.from(header.padEnd(Math.ceil(Buffer.byteLength(header) / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, data]);
}

export function encodeFloats(values: Float32Array, dtype: FloatDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer);
  const codes = Uint16Array.from(values, dtype === 'BF16' ? toBrain : toHalf);
  return new Uint8Array(codes.buffer);
}

/** The upper half of the float's bits; NaN keeps a mantissa bit. */
function toBrain(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Spacing of halves around `size`; subnormals share the spacing of the smallest normal binade.
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 2 ** -30)));
  const steps = roundEven(size / 2 ** (exponent - 10));
  // A carry out of the mantissa moves into the exponent field by itself.
  return sign | (((exponent + 15) << 10) + steps - (1 << 10));
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
