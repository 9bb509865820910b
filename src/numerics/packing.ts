/** Widths of a packed code. */
export type CodeBits = 2 | 4 | 8;

/** Bytes that hold `count` codes. */
export function packedBytes(count: number, bits: CodeBits): number {
  return Math.ceil((count * bits) / 8);
}

/**
 * Packs codes into bytes, the first code in the lowest bits: byte i holds codes [8i/bits, 8(i + 1)/bits).
 *
 * @param codes u8, each below 2^bits
 * @param out u8, `packedBytes(codes.length, bits)` bytes from `offset` on are overwritten; unused high bits of the
 *   last byte become 0
 */
export function packCodes(codes: Uint8Array, bits: CodeBits, out: Uint8Array, offset: number): void {
  if (bits === 8) {
    out.set(codes, offset);
    return;
  }
  const perByte = 8 / bits;
  const bytes = packedBytes(codes.length, bits);
  for (let byte = 0, next = 0; byte < bytes; byte++) {
    let value = 0;
    for (let shift = 0; shift < perByte && next < codes.length; shift++, next++) {
      value |= codes[next]! << (shift * bits);
    }
    out[offset + byte] = value;
  }
}

/**
 * The inverse of `packCodes`: fills `codes` from the bytes at `offset`.
 *
 * @param codes u8, overwritten, one code each
 */
export function unpackCodes(packed: Uint8Array, bits: CodeBits, offset: number, codes: Uint8Array): void {
  for (let i = 0; i < codes.length; i++) codes[i] = readCode(packed, bits, offset, i);
}

/** Code `index` of the packed codes that start at byte `offset`. */
export function readCode(packed: Uint8Array, bits: CodeBits, offset: number, index: number): number {
  const bit = index * bits;
  return (packed[offset + (bit >> 3)]! >> (bit & 7)) & ((1 << bits) - 1);
}
