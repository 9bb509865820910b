import { QueptError } from '../core/index.ts';
import type { Artefact, ArtefactPlane } from './open-artefact.ts';
import type { PlaneArrays } from './plane-format.ts';
import { PlaneRowReader } from './plane-row-reader.ts';

/** Reads a plane's tensors into freshly allocated arrays. */
export async function readPlane(artefact: Artefact, plane: ArtefactPlane): Promise<PlaneArrays> {
  const [codes, scales, zeroPoints] = await Promise.all([
    artefact.read(plane.codes),
    artefact.read(plane.scales),
    plane.zeroPoints ? artefact.read(plane.zeroPoints) : null,
  ]);
  const { bits, block } = plane;
  return {
    bits,
    block,
    codes,
    scales: new Float32Array(scales.buffer, scales.byteOffset, scales.length / 4),
    zeroPoints,
  };
}

/**
 * A fused matrix (or `embedding`) as its first `depth` planes represent it, without the cascade: f32 row-major
 * `[n, k]`, freshly allocated. Throws QueptError `not_found` for a name the artefact does not hold.
 */
export async function dequantizeMatrix(
  artefact: Artefact,
  name: string,
  depth: number,
): Promise<Float32Array> {
  const { vocabSize, hiddenSize } = artefact.manifest.architecture;
  const matrix =
    name === 'embedding'
      ? { n: vocabSize, k: hiddenSize, planes: artefact.embedding }
      : artefact.matrices.find((candidate) => candidate.name === name);
  if (matrix === undefined) throw new QueptError('not_found', `The artefact has no matrix ${name}.`);
  const { n, k } = matrix;
  const planes = await Promise.all(matrix.planes.slice(0, depth).map((plane) => readPlane(artefact, plane)));
  const reader = new PlaneRowReader(k, planes);
  const out = new Float32Array(n * k);
  for (let row = 0; row < n; row++) reader.read(row, out, row * k);
  return out;
}
