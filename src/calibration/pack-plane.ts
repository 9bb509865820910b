import { packCodes } from '../numerics/index.ts';
import { type PlaneArrays, type PlaneFormat, planeRow } from '../quant/index.ts';

/**
 * A plane as a graph computes it, in the packed layout of an artefact.
 *
 * @param codes whole numbers in f32 [n, blocks, block]
 * @param scales f32 [n, blocks]
 * @param zeros whole numbers in f32 [n, blocks], or null
 * @returns freshly allocated arrays
 */
export function packPlane(
  { n, k, bits, block }: PlaneFormat & { readonly n: number; readonly k: number },
  codes: Float32Array,
  scales: Float32Array,
  zeros: Float32Array | null,
): PlaneArrays {
  const { blocks, codeBytes, zeroPointBytes } = planeRow(k, { bits, block });
  const packed = new Uint8Array(n * codeBytes);
  const packedZeros = zeros && new Uint8Array(n * zeroPointBytes);
  for (let row = 0; row < n; row++) {
    const from = row * blocks * block;
    packCodes(Uint8Array.from(codes.subarray(from, from + blocks * block)), bits, packed, row * codeBytes);
    if (!zeros || !packedZeros) continue;
    const rowZeros = Uint8Array.from(zeros.subarray(row * blocks, (row + 1) * blocks));
    packCodes(rowZeros, bits, packedZeros, row * zeroPointBytes);
  }
  return { bits, block, codes: packed, scales: scales.slice(), zeroPoints: packedZeros };
}
