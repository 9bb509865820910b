/** Bytes at each place, inclusive ranges. */
export type ByteRanges = readonly (readonly [low: number, high: number])[];

const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/**
 * The UTF-8 encodings of the code points low … high (no surrogates) as few sequences of byte ranges: a code point is
 * in the range if and only if one sequence admits each of its bytes.
 */
export function utf8Ranges(low: number, high: number): ByteRanges[] {
  const found: ByteRanges[] = [];
  let from = low;
  for (const limit of LENGTH_LIMITS) {
    if (from > high) break;
    if (from > limit) continue;
    split(from, Math.min(high, limit), found);
    from = limit + 1;
  }
  return found;
}

/** `low` and `high` have encodings of the same length. */
function split(low: number, high: number, found: ByteRanges[]): void {
  const first = encode(low);
  const last = encode(high);
  // Cut until all places behind the first that differs run through all 64 values.
  for (let place = 1; place < first.length; place++) {
    const block = 2 ** (6 * place);
    if (Math.floor(low / block) === Math.floor(high / block)) continue;
    const cut = low % block === 0 ? null : Math.floor(low / block) * block + block - 1;
    if (cut !== null) {
      split(low, cut, found);
      split(cut + 1, high, found);
      return;
    }
    if ((high + 1) % block !== 0) {
      const lastWhole = Math.floor(high / block) * block - 1;
      split(low, lastWhole, found);
      split(lastWhole + 1, high, found);
      return;
    }
  }
  found.push([...first].map((byte, i) => [byte, last[i] ?? byte] as const));
}

function encode(codePoint: number): Uint8Array {
  return Buffer.from(String.fromCodePoint(codePoint));
}
