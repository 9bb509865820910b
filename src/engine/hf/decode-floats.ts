/** Bytes per value of the dtypes that weights may have. */
export const FLOAT_BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

let halfTable: Float32Array | null = null;

/**
 * Widens little-endian floats to f32: exact for all three dtypes.
 *
 * `bytes`: whole values of `dtype` (a key of FLOAT_BYTES), starting its own buffer. `target`: one element per
 * value, overwritten. Returns the index of the first NaN or infinity, -1 when all values are finite.
 */
export function decodeFloats(dtype: string, bytes: Uint8Array, target: Float32Array): number {
  if (dtype === 'F32') {
    target.set(new Float32Array(bytes.buffer, bytes.byteOffset, target.length));
  } else if (dtype === 'F16') {
    halfTable ??= buildHalfTable();
    const codes = new Uint16Array(bytes.buffer, bytes.byteOffset, target.length);
    for (let i = 0; i < codes.length; i++) target[i] = halfTable[codes[i]!]!;
  } else {
    const codes = new Uint16Array(bytes.buffer, bytes.byteOffset, target.length);
    const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let i = 0; i < codes.length; i++) bits[i] = codes[i]! << 16;
  }
  for (let i = 0; i < target.length; i++) if (!Number.isFinite(target[i]!)) return i;
  return -1;
}

/** All 65,536 half floats as f32: sign 1, exponent 5 (bias 15), mantissa 10 bits. */
function buildHalfTable(): Float32Array {
  const table = new Float32Array(1 << 16);
  for (let code = 0; code < table.length; code++) {
    const sign = code & 0x8000 ? -1 : 1;
    const exponent = (code >> 10) & 0x1f;
    const mantissa = code & 0x3ff;
    if (exponent === 31) table[code] = mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else if (exponent === 0) table[code] = sign * mantissa * 2 ** -24;
    else table[code] = sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  }
  return table;
}
