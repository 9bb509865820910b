import type { PlaneArrays } from '../quant/index.ts';
import type { CalibratedMatrix } from './stage-calibrator.ts';

/**
 * One matrix of the rows of several, newly allocated. The parts have the same formats, and the same
 * down-projections: those of the first are kept.
 *
 * @param rows of each part
 */
export function joinRows(parts: readonly CalibratedMatrix[], rows: readonly number[]): CalibratedMatrix {
  const first = parts[0]!;
  return {
    planes: first.planes.map((_, i) => joinPlanes(parts.map(({ planes }) => planes[i]!))),
    cascade: first.cascade.map(({ a }, j) => ({
      a,
      b: joinColumns(
        parts.map(({ cascade }) => cascade[j]!.b),
        rows,
      ),
    })),
  };
}

function joinPlanes(parts: readonly PlaneArrays[]): PlaneArrays {
  const { bits, block, zeroPoints } = parts[0]!;
  return {
    bits,
    block,
    codes: joinBytes(parts.map(({ codes }) => codes)),
    scales: joinFloats(parts.map(({ scales }) => scales)),
    zeroPoints: zeroPoints && joinBytes(parts.map((part) => part.zeroPoints!)),
  };
}

/** Matrices f32 [rank, widths[p]] side by side: [rank, Σ widths]. */
function joinColumns(parts: readonly Float32Array[], widths: readonly number[]): Float32Array {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const rank = parts[0]!.length / widths[0]!;
  const joined = new Float32Array(rank * total);
  let column = 0;
  parts.forEach((part, p) => {
    const width = widths[p]!;
    for (let r = 0; r < rank; r++) joined.set(part.subarray(r * width, (r + 1) * width), r * total + column);
    column += width;
  });
  return joined;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const bytes = joinBytes(
    parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
  return new Float32Array(bytes.buffer);
}
