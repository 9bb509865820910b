/**
 * x_i = −∞ where bit i of the mask is 0.
 *
 * @param row shape [V], f32, mutated
 * @param allowed uint32 [⌈V / 32⌉], lowest bit first
 *
 * Throws RangeError when the mask is too short for the row.
 */
export function maskLogits(row: Float32Array, allowed: Uint32Array): void {
  if (allowed.length * 32 < row.length) {
    throw new RangeError(`A mask of ${allowed.length * 32} bits met ${row.length} logits.`);
  }
  for (let start = 0; start < row.length; start += 32) {
    const bits = allowed[start >>> 5]!;
    if (bits === 0xffffffff) continue;
    const end = Math.min(start + 32, row.length);
    for (let i = start; i < end; i++) {
      if (((bits >>> (i & 31)) & 1) === 0) row[i] = Number.NEGATIVE_INFINITY;
    }
  }
}
